/**
 * Predicted and measured seconds, medians, of cells of every kind, as a table: npx tsx scripts/cellSeconds.ts [DEVICE] [WORKERS]
 *
 * With as many workers as cores, which are the default, a cell takes what it takes in a figure or a sweep.
 */
import { availableParallelism } from 'node:os';
import { median } from 'd3-array';
import type { Cell, CellArgs } from '../src/cells/cell.ts';
import { cellSeconds } from '../src/cells/cellSeconds.ts';
import { rowsOf, widthOf } from '../src/cells/cellSizes.ts';
import { cell } from '../src/cells/makeCell.ts';
import { runCells } from '../src/cells/node/cellPool.ts';
import { machineOf } from '../src/cells/node/machine.ts';
import { type DeviceChoice, loadRuntime, runtimeLine } from '../src/runtime/index.ts';

const [device = 'auto', workers = availableParallelism()] = process.argv.slice(2);
const usual = { psi2: 2, d: 60, eps: 0.3, tau: 0.2 };
const kinds: Readonly<Record<string, CellArgs>> = {
  'least squares': { ...usual, d: 100, psi1: 4, eps: 0 },
  'gradient, cold, small': { ...usual, d: 50, psi1: 0.5 },
  'gradient, cold, large': { ...usual, d: 100, psi1: 5 },
  'gradient, warm, small': { ...usual, d: 50, psi1: 0.5, start: 'warm' },
  'gradient, warm, large': { ...usual, d: 100, psi1: 5, start: 'warm' },
  'exact, small': { ...usual, d: 50, psi1: 0.5, method: 'exact' },
  'exact, large': { ...usual, d: 100, psi1: 5, method: 'exact' },
  'linear, exact': { ...usual, d: 100, features: 'linear', method: 'exact' },
  'linear, gradient': { ...usual, d: 100, features: 'linear' },
  'five radii': { ...usual, d: 100, psi1: 2, method: 'exact', epsTest: [0.1, 0.3, 0.5, 0.7, 1] },
  'deep, exact': { ...usual, network: 'deep-frozen', widths: [2, 2], method: 'exact' },
  'deep, gradient': { ...usual, network: 'deep-frozen', widths: [2, 2] },
  lazy: { ...usual, d: 30, testRows: 1000, network: 'lazy', widths: [1] },
  trained: { ...usual, d: 30, testRows: 1000, network: 'trained', widths: [1] },
  'trained normally': { ...usual, d: 30, testRows: 1000, eps: 0, network: 'trained', widths: [1] },
};

const runtime = await loadRuntime(device as DeviceChoice);
const machine = await machineOf(runtime);
console.log(
  `${runtimeLine(runtime)}; ${machine.gigaflopsPerSecond.toFixed(0)} GFLOP/s a thread, ${workers} workers`,
);
// An even number of each, so that all workers are busy with cells of one size; the first of short ones compile what others use.
const seedsOf = ({ network }: CellArgs): number[] =>
  network === 'lazy' || network === 'trained' ? [0, 1] : [0, 1, 2, 3, 4, 5];
const cells = Object.values(kinds).map((args) => seedsOf(args).map((seed) => cell({ ...args, seed })));
const nameOf = (of: Cell): string => JSON.stringify({ ...of, seed: 0 });
const measured = new Map<string, { seconds: number; steps: number }[]>();
await runCells(cells.flat(), {
  device: runtime.device,
  workers: Number(workers),
  onReport(of, { seconds, result }) {
    const others = measured.get(nameOf(of)) ?? [];
    measured.set(nameOf(of), [...others, { seconds, steps: result.training.iterations }]);
  },
  onFailure: (of, reason) => console.error(nameOf(of), reason),
});
console.log(
  '| cell | d | N | n | steps | predicted, s | measured, s | ratio |\n|---|---|---|---|---|---|---|---|',
);
for (const [i, name] of Object.keys(kinds).entries()) {
  const of = cells[i]![0]!;
  const predicted = cellSeconds(of, machine);
  const found = measured.get(nameOf(of)) ?? [];
  const [seconds, steps] = [
    median(found, (one) => one.seconds) ?? Number.NaN,
    median(found, (one) => one.steps),
  ];
  const numbers = [of.d, widthOf(of), rowsOf(of), steps, predicted.toFixed(2), seconds.toFixed(2)];
  console.log(`| ${name} | ${numbers.join(' | ')} | ${(predicted / seconds).toFixed(2)} |`);
}
