import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { cellKey } from '../../cells/node/cellKey.ts';
import { checkChoice, UserError } from '../../errors.ts';
import { drawFigure } from '../../figures/figureDrawing.ts';
import { figureCells, figurePoints } from '../../figures/figurePoints.ts';
import { PICTURE_FILE, pictureFormat, writePicture } from '../../plots/picture.ts';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { plotName, type SweepPlotOptions, sweepPlan } from '../../sweep/sweepPlot.ts';
import { sweepRows } from '../../sweep/sweepRows.ts';
import { writeWholeFile } from '../../wholeFile.ts';
import { repeatable } from '../repeatable.ts';
import { version } from '../version.ts';
import { counting } from './counting.ts';

interface PlotArgs {
  out: string;
  x: string;
  y: string;
  by: string | undefined;
  where: string[];
  device: string | undefined;
  plot: string | undefined;
}

export const plotCommand: CommandModule<object, PlotArgs> = {
  command: 'plot',
  describe: 'Draw a sweep beside theory',
  builder: (yargs) =>
    repeatable(yargs, 'where')
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the sweep' })
      .option('device', { type: 'string', describe: 'engine whose rows count, where there are several' })
      .option('x', { type: 'string', demandOption: true, describe: 'field along the x axis, such as psi1' })
      .option('y', { type: 'string', default: 'AR', describe: 'SR or AR' })
      .option('by', { type: 'string', describe: 'field that tells curves apart, such as eps' })
      .option('where', {
        type: 'string',
        array: true,
        default: [],
        describe: 'field=value that is held, such as d=100; for each other field that varies',
      })
      .option('plot', {
        type: 'string',
        describe: `${PICTURE_FILE}, in place of all three in the folder of the sweep`,
      })
      .example(
        '$0 sweep plot --out results/sweep --x psi1 --by eps --where d=100',
        'AR against psi1 at d = 100, a curve for each eps',
      ),
  async handler({ out, x, y, by, where, device, plot }) {
    if (plot !== undefined) pictureFormat('plot', plot);
    const folder = existingSweep(out);
    const options: SweepPlotOptions = {
      x,
      y: checkChoice('y', y, ['SR', 'AR']),
      ...(by !== undefined && { by }),
      where,
    };
    const plan = sweepPlan(folder, options);
    const wanted = new Set(figureCells(plan).map(cellKey));
    const rows = [...sweepRows(folder, counting(device))].filter(({ key }) => wanted.has(key));
    if (rows.length < wanted.size)
      throw new UserError(
        `${wanted.size - rows.length} of ${wanted.size} cells are missing; run the sweep to its end first`,
      );
    const results = new Map(rows.map(({ key, result }) => [key, result]));
    const caption = `${plan.caption} Engine: ${rows[0]!.runtime.engine}; version ${version}.`;
    const points = figurePoints(plan, (cell) => results.get(cellKey(cell))!);
    const svg = drawFigure(plan, points, caption);
    const base = join(out, plotName(options));
    const pictures = plot === undefined ? ['.svg', '.png', '.pdf'].map((end) => base + end) : [plot];
    for (const path of pictures) await writePicture(path, svg);
    writeWholeFile(`${base}.txt`, `${caption}\n`);
    process.stdout.write(`picture: ${plot ?? `${base}.png`}\n`);
  },
};
