// How often a leave-one-out estimate without trainings is off, and whether it says so, beside training without every row.
//   npx tsx scripts/leaveOneOutTrust.ts [--csv FILE]... [--list choosing|held] [--within 3]
// The thresholds of the doubts were chosen on the settings of the first list, for Gaussian rows, diabetes, digits and breast cancer
// (--csv), and held to those of the second for eight tables of scripts/tuningTables.py, a list that was fixed before any of its runs.
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { teacher } from '../src/data/teacher.ts';
import { type LeaveOneOut, readoutProblem, solveReadout } from '../src/exact/index.ts';
import { unitSphereRows } from '../src/models/unitSphereRows.ts';
import { shipped, standardisedTable } from './leaveOneOutTables.ts';

const LISTS = {
  choosing: { n: 90, shares: [0.4, 0.8, 1.1, 1.6, 3], eps: [0.05, 0.15, 0.4], lambda: [0, 0.01] },
  held: { n: 110, shares: [0.5, 0.9, 1.3, 2.5], eps: [0.08, 0.25], lambda: [0, 0.003, 0.05] },
};
const { values } = parseArgs({
  options: {
    csv: { type: 'string', multiple: true, default: [] },
    list: { type: 'string', default: 'choosing' },
    within: { type: 'string', default: '3' },
  },
});
const list = LISTS[values.list as keyof typeof LISTS];
if (list === undefined) throw new Error(`--list ${values.list}: choosing or held`);
const { n } = list;
const sets = {
  ...(values.list === 'choosing' && {
    Gaussian: teacher({ d: 40, tau: 0.3, seed: 3 }).sample('train', n),
    diabetes: standardisedTable(shipped('diabetes'), n),
    digits: standardisedTable(shipped('digits'), n),
  }),
  ...Object.fromEntries(values.csv.map((file) => [basename(file, '.csv'), standardisedTable(file, n)])),
};
const found: { readonly error: number; readonly doubted: boolean }[] = [];
const share = (a: LeaveOneOut['standard'], b: LeaveOneOut['standard']): number => a.value / b.value - 1;
const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;

console.log('| rows | N | eps | lambda | error of SR | of AR(eps) | doubts |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [name, rows] of Object.entries(sets))
  for (const N of list.shares.map((times) => Math.round(times * rows.n)))
    for (const eps of list.eps)
      for (const lambda of list.lambda) {
        const problem = readoutProblem(rows, { W: unitSphereRows(5, N, rows.d) });
        const solved = solveReadout(problem, { eps, lambda, fitIntercept: true, maxIterations: 200 });
        const [estimate, truth] = [solved.leaveOneOut(), solved.leaveOneOut({ refine: rows.n })];
        const errors = [
          share(estimate.standard, truth.standard),
          share(estimate.risks[0]!.risk, truth.risks[0]!.risk),
        ];
        found.push({ error: Math.max(...errors.map(Math.abs)), doubted: !estimate.trusted });
        const doubts = estimate.doubts.join('; ') || 'none';
        console.log(`| ${[name, N, eps, lambda, ...errors.map(percent), doubts].join(' | ')} |`);
      }
const within = Number(values.within) / 100;
const off = found.filter(({ error }) => error > within);
const sizes = found.map(({ error }) => error).sort((a, b) => a - b);
console.log(
  `\n${found.length} settings, the larger error of the two: median ${percent(sizes[Math.floor(sizes.length / 2)]!)}, largest ${percent(sizes.at(-1)!)}; ` +
    `${off.length} beyond ${percent(within)}, of which ${off.filter(({ doubted }) => doubted).length} are doubted; ` +
    `${found.filter(({ error, doubted }) => doubted && error <= within).length} of the others are.`,
);
