import { Resvg } from '@resvg/resvg-js';
import { palettePng, pngChunk } from './palettePng.ts';
import { pictureTextOf } from './pictureText.ts';

/** Pixels of a PNG for each of 1/96 inch: two on screens, and 600 in an inch of paper. */
const ON_SCREEN = 2;
const ON_PAPER = 600 / 96;
const METRES_IN_INCH = 0.0254;

/**
 * Rasterises an SVG that holds no text elements; no system font is read, so the bytes are the same everywhere. What the SVG
 * says about itself, and how many pixels there are in a metre, is in the metadata.
 */
export function svgToPng(svg: string): Uint8Array {
  const isForPaper = /^<svg(?:"[^"]*"|[^">])*? width="[\d.]+mm"/.test(svg);
  const scale = isForPaper ? ON_PAPER : ON_SCREEN;
  const { pixels, width, height } = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    background: 'white',
    font: { loadSystemFonts: false },
  }).render();
  const png = palettePng(pixels, width, height);
  const { title, description, creator, source } = pictureTextOf(svg);
  const words = {
    Title: title,
    Description: description,
    Software: creator,
    ...(source && { Source: source }),
  };
  const added = [
    resolution((96 * scale) / METRES_IN_INCH),
    ...Object.entries(words).map(([name, text]) => pngChunk('iTXt', internationalText(name, text))),
  ];
  // The signature of 8 bytes and the header of 25 come first.
  return Buffer.concat([png.subarray(0, 33), ...added, png.subarray(33)]);
}

/** Keyword, no compression, no language, no translated keyword, and the text in UTF-8. */
const internationalText = (keyword: string, text: string): Uint8Array =>
  Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]);

function resolution(pixelsInMetre: number): Buffer {
  const content = Buffer.alloc(9);
  content.writeUInt32BE(Math.round(pixelsInMetre), 0);
  content.writeUInt32BE(Math.round(pixelsInMetre), 4);
  content[8] = 1;
  return pngChunk('pHYs', content);
}
