/** Reads a table and nothing else, for what it takes: node --import tsx scripts/readTable.ts FILE */
import { readTable } from '../src/data/readTable.ts';

const { rows, columns } = await readTable(process.argv[2]!);
console.log(`${rows} x ${columns.length}`);
