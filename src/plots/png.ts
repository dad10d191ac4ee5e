import { Resvg } from '@resvg/resvg-js';

/** Rasterises an SVG that holds no text elements; no system font is read, so the bytes are the same everywhere. */
export const svgToPng = (svg: string, scale = 2): Uint8Array =>
  new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    background: 'white',
    font: { loadSystemFonts: false },
  })
    .render()
    .asPng();
