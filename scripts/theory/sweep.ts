/**
 * Solves the closed form at 100,000 random points of the whole range of its parameters and fails unless every one
 * converges or is a named phase. `npx tsx scripts/theory/sweep.ts [points]`
 */
import { randomPoints, sweep } from './sweepPoints.ts';

const count = Number(process.argv[2] ?? 100_000);
const start = performance.now();
const { phases, worst, failures, steps } = sweep(randomPoints('sweep', count));
const seconds = (performance.now() - start) / 1000;
console.log(`${count} points in ${seconds.toFixed(2)} s, ${((1e6 * seconds) / count).toFixed(1)} us each`);
console.log(`phases: ${[...phases].map(([phase, number]) => `${phase} ${number}`).join(', ')}`);
console.log(`largest residual ${worst.toExponential(1)}, most steps ${steps}, failures ${failures.length}`);
for (const failure of failures.slice(0, 10)) console.log(JSON.stringify(failure));
process.exitCode = failures.length === 0 ? 0 : 1;
