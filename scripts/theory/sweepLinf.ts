/**
 * Solves 5,000 random problems of training against linf of each kind and fails unless every one is a named phase or solved to
 * 1e-9. `npx tsx scripts/theory/sweepLinf.ts [points [seed]]`
 */
import { LINF_KINDS, sweepLinf } from './linfPoints.ts';

const [points = '5000', ...seed] = process.argv.slice(2);
const count = Number(points);
for (const kind of LINF_KINDS) {
  const { phases, failures, worst, most, times } = sweepLinf(kind, count, ...seed);
  const at = (share: number): string => times[Math.floor(share * times.length)]!.toFixed(0);
  console.log(
    `${kind.join(', ')}: ${[...phases].map(([phase, number]) => `${phase} ${number}`).join(', ')}; largest residual ` +
      `${worst.toExponential(1)}, most evaluations ${most}, failures ${failures.length}; ` +
      `us: median ${at(0.5)}, nine in ten ${at(0.9)}, most ${at(0.9999)}`,
  );
  for (const failure of failures.slice(0, 5)) console.log(JSON.stringify(failure));
  if (failures.length > 0) process.exitCode = 1;
}
