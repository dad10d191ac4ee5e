import { join } from 'node:path';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { cellKey } from '../../cells/node/cellKey.ts';
import { given } from '../../checkOptions.ts';
import { checkChoice, UserError } from '../../errors.ts';
import { drawFigure } from '../../figures/figureDrawing.ts';
import { figureCells, figurePoints, pointsPanels } from '../../figures/figurePoints.ts';
import { writePicture } from '../../plots/picture.ts';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { plotName, SWEEP_MEASURES, type SweepPlotOptions, sweepPlan } from '../../sweep/sweepPlot.ts';
import { sweepRows } from '../../sweep/sweepRows.ts';
import { writeWholeFile } from '../../wholeFile.ts';
import { flag, neededText, text, textOr } from '../options.ts';
import { columnsOption, pictureLook, plotOption } from '../picture.ts';
import { pointsReport } from '../pointsReport.ts';
import { repeatable } from '../repeatable.ts';
import { version } from '../version.ts';
import { counting, sweepOptions } from './counting.ts';

const options = {
  ...sweepOptions,
  x: neededText('field along the x axis, such as psi1'),
  y: textOr('AR', 'SR or AR; error or robustError of a classification'),
  by: text('field that tells curves apart, such as eps'),
  where: {
    ...text('field=value that is held, such as d=100; for each other field that varies'),
    array: true,
    default: [] as string[],
  },
  plot: plotOption('one picture', ', in place of all three in the folder of the sweep'),
  columns: columnsOption,
  json: flag('the points beside theory as JSON on standard output'),
} as const;

export const plotCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'plot',
  describe: 'Draw a sweep, and say how well it agrees with theory',
  builder: (yargs) =>
    repeatable(yargs, 'where')
      .options(options)
      .example(
        '$0 sweep plot --out results/sweep --x psi1 --by eps',
        'AR against psi1, a curve for each eps',
      ),
  async handler({ out, x, y, by, where, device, plot, columns, json }) {
    const look = pictureLook(columns, plot === undefined ? undefined : { plot });
    const folder = existingSweep(out);
    const drawn: SweepPlotOptions = {
      x,
      y: checkChoice('y', y, SWEEP_MEASURES),
      ...given({ by }),
      where,
    };
    const plan = sweepPlan(folder, drawn);
    const wanted = new Set(figureCells(plan).map(cellKey));
    const rows = [...sweepRows(folder, counting(device))].filter(({ key }) => wanted.has(key));
    if (rows.length < wanted.size)
      throw new UserError(
        `${wanted.size - rows.length} of ${wanted.size} cells are missing; run the sweep to its end first`,
      );
    const results = new Map(rows.map(({ key, result }) => [key, result]));
    const caption = `${plan.caption} Engine: ${rows[0]!.runtime.engine}; version ${version}.`;
    const points = figurePoints(plan, (cell) => results.get(cellKey(cell))!);
    const svg = drawFigure(plan, points, {
      description: caption,
      ...look,
      ...given({ note: plan.note }),
    });
    const base = join(out, plotName(drawn));
    const pictures = plot === undefined ? ['.svg', '.png', '.pdf'].map((end) => base + end) : [plot];
    for (const path of pictures) await writePicture(path, svg);
    writeWholeFile(`${base}.txt`, `${caption}\n`);
    const picture = plot ?? `${base}.png`;
    const panels = pointsPanels(plan, points);
    process.stdout.write(
      json
        ? `${JSON.stringify({ out, picture, caption, panels })}\n`
        : `${[...pointsReport(panels), '', `picture: ${picture}`].join('\n')}\n`,
    );
  },
};
