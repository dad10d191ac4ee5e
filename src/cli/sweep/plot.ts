import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { checkChoice, UserError } from '../../errors.ts';
import { cellKey } from '../../experiments/cell.ts';
import { drawFigure } from '../../experiments/figureDrawing.ts';
import { figurePoints } from '../../experiments/figurePoints.ts';
import { existingSweep } from '../../experiments/sweep/sweepFolder.ts';
import { sweepPlan } from '../../experiments/sweep/sweepPlot.ts';
import { sweepRows } from '../../experiments/sweep/sweepRows.ts';
import { writeWholeFile } from '../../wholeFile.ts';
import { counting } from './counting.ts';

interface PlotArgs {
  out: string;
  x: string;
  y: string;
  by: string | undefined;
  device: string | undefined;
}

export const plotCommand: CommandModule<object, PlotArgs> = {
  command: 'plot',
  describe: 'Draw a sweep beside theory',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the sweep' })
      .option('device', { type: 'string', describe: 'engine whose rows count, where there are several' })
      .option('x', { type: 'string', demandOption: true, describe: 'field along the x axis, such as psi1' })
      .option('y', { type: 'string', default: 'AR', describe: 'SR or AR' })
      .option('by', { type: 'string', describe: 'field that tells curves apart, such as eps' })
      .example(
        '$0 sweep plot --out results/sweep --x psi1 --by eps',
        'AR against psi1, a curve for each eps',
      ),
  handler({ out, x, y, by, device }) {
    const folder = existingSweep(out);
    const plan = sweepPlan(folder, {
      x,
      y: checkChoice('y', y, ['SR', 'AR']),
      ...(by !== undefined && { by }),
    });
    const results = new Map([...sweepRows(folder, counting(device))].map(({ key, result }) => [key, result]));
    const missing = folder.cells.filter((cell) => !results.has(cellKey(cell))).length;
    if (missing > 0)
      throw new UserError(
        `${missing} of ${folder.cells.length} cells are missing; run the sweep to its end first`,
      );
    const { svg, png } = drawFigure(
      plan,
      figurePoints(plan, (cell) => results.get(cellKey(cell))!),
      plan.caption,
    );
    const path = join(out, `${y}-${x}${by ? `-${by}` : ''}`);
    writeWholeFile(`${path}.svg`, svg);
    writeWholeFile(`${path}.png`, png);
    process.stdout.write(`picture: ${path}.png\n`);
  },
};
