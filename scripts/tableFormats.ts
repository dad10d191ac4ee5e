/**
 * Reads one table from the files that NumPy, pandas and pyarrow write of it, and compares each cell with that of a CSV file:
 *
 *     npx tsx scripts/tableFormats.ts PYTHON
 *
 * where PYTHON has numpy, pandas and pyarrow.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellText, namesOf } from '../src/data/rawTable.ts';
import { readTable } from '../src/data/readTable.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rrf-formats-'));
execFileSync(process.argv[2] ?? 'python3', [
  fileURLToPath(new URL('tableFormats.py', import.meta.url)),
  folder,
]);
for (const file of readdirSync(folder)) {
  if (file.endsWith('.csv')) continue;
  const expected = await readTable(path.join(folder, `${/^\w+/.exec(file)![0]}.csv`));
  const found = await readTable(path.join(folder, file));
  let wrong = namesOf(found).join() === namesOf(expected).join() && found.rows === expected.rows ? 0 : 1;
  for (const [j, column] of expected.columns.entries())
    for (let i = 0; i < expected.rows; i++)
      if (cellText(column, i) !== cellText(found.columns[j]!, i)) wrong++;
  console.log(`${wrong === 0 ? 'equal' : `${wrong} CELLS DIFFER`}: ${file}`);
  if (wrong > 0) process.exitCode = 1;
}
rmSync(folder, { recursive: true });
