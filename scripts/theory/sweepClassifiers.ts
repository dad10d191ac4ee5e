/**
 * Solves 20,000 random classifiers of each loss and fails unless every one is a named phase or solved to 1e-9.
 * `npx tsx scripts/theory/sweepClassifiers.ts [points [seed]]`
 */
import { sweepClassifiers } from './channelPoints.ts';

const [points = '20000', ...seed] = process.argv.slice(2);
const count = Number(points);
for (const loss of ['logistic', 'hinge', 'squaredHinge'] as const) {
  const { phases, failures, worst, most, times } = sweepClassifiers(loss, count, ...seed);
  const at = (share: number): string => times[Math.floor(share * times.length)]!.toFixed(0);
  console.log(
    `${loss}: ${[...phases].map(([phase, number]) => `${phase} ${number}`).join(', ')}; largest residual ` +
      `${worst.toExponential(1)}, most evaluations ${most}, failures ${failures.length}; ` +
      `us: median ${at(0.5)}, nine in ten ${at(0.9)}, most ${at(0.9999)}`,
  );
  for (const failure of failures.slice(0, 5)) console.log(JSON.stringify(failure));
  if (failures.length > 0) process.exitCode = 1;
}
