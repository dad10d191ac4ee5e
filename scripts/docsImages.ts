/**
 * Draws figures from rows that are kept, of whatever version, and simulates nothing:
 *   npx tsx scripts/docsImages.ts ROWS [OUT] [FIGURE...]
 * ROWS/FIGURE/cells.jsonl as `rrf reproduce` keeps them. Into docs/images unless OUT is given, as PNG for screens; into another
 * folder also as SVG and PDF, for screens and for one column and two.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellKey } from '../src/cells/node/cellKey.ts';
import type { ResultRow } from '../src/cells/node/resultRow.ts';
import { version } from '../src/cli/version.ts';
import { drawingOptions } from '../src/figures/captions.ts';
import { figureCells, figurePoints } from '../src/figures/figurePoints.ts';
import { finishedPicture } from '../src/figures/finishedPicture.ts';
import { figureNamed, figures } from '../src/figures/index.ts';
import { COLUMN_WIDTHS } from '../src/plots/paper.ts';
import { writePicture } from '../src/plots/picture.ts';
import { makeFolder } from '../src/wholeFile.ts';

const images = fileURLToPath(new URL('../docs/images', import.meta.url));
const [rows, into = images, ...names] = process.argv.slice(2);
const out = resolve(into);
if (rows === undefined) throw new Error('a folder of rows is needed');
for (const figure of names.length > 0 ? names.map(figureNamed) : figures) {
  const kept = new Map(
    readFileSync(join(rows, figure.name, 'cells.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow)
      .map((row) => [row.key, row]),
  );
  const plan = figure.plan(figure.defaults);
  const cells = [...new Map(figureCells(plan).map((cell) => [cellKey(cell), cell])).values()];
  const found = cells.flatMap((cell) => kept.get(cellKey(cell)) ?? []);
  if (found.length < cells.length)
    throw new Error(`${figure.name}: ${cells.length - found.length} rows are missing`);
  const versions = [...new Set(found.map((row) => row.version))].join(', ');
  const by = versions === version ? version : `${version}, rows of ${versions}`;
  for (const [columns, width] of [['', undefined], ...Object.entries(COLUMN_WIDTHS)] as const) {
    if (out === images && width !== undefined) continue;
    const { svg } = finishedPicture(plan, {
      points: figurePoints(plan, (cell) => kept.get(cellKey(cell))!.result),
      results: found.map(({ result }) => result),
      drawing: drawingOptions(figure, plan, figure.defaults, { version: by, ...(width && { width }) }),
      engine: found[0]!.runtime.engine,
    });
    makeFolder(out);
    for (const end of out === images ? ['.png'] : ['.png', '.svg', '.pdf'])
      await writePicture(join(out, `${figure.name}${columns && `-${columns}`}${end}`), svg);
  }
  console.log(figure.name);
}
