import * as Plot from '@observablehq/plot';
import { emptyDocument, INK } from './svgText.ts';

/** What Plot is told, and what lies about the frame of the plot in its picture, in pixels. */
interface FramedPlotOptions extends Plot.PlotOptions {
  /** Unless it is given Plot makes up a random name, and the file would differ from run to run. */
  readonly className: string;
  /** As wide as all that surrounds the plot, so that its coordinates are those of the picture. */
  readonly around: Readonly<Record<'top' | 'right' | 'bottom' | 'left', number>>;
}

/** A plot at its place in a picture, in the type and the colours of all of them. */
export const framedPlot = ({ around, ...options }: FramedPlotOptions): Element & Plot.Plot =>
  Plot.plot({
    ...options,
    document: emptyDocument(),
    marginTop: around.top,
    marginRight: around.right,
    marginBottom: around.bottom,
    marginLeft: around.left,
    style: { fontSize: '15px', background: 'white', color: INK },
  });
