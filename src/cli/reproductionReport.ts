import type { Reproduction } from '../figures/reproduce.ts';
import { pointsReport } from './pointsReport.ts';
import { duration } from './progressBar.ts';

/** A figure in the terminal: every point beside theory, how many agree, the claims, and where the picture is. */
export const reproductionReport = ({ panels, claims, files, seconds }: Reproduction): string =>
  [
    ...pointsReport(panels),
    ...claims.flatMap(({ holds, statement, evidence }) => [
      '',
      `${holds === null ? 'open' : holds ? 'holds' : 'FAILS'}: ${statement}`,
      `  ${evidence}`,
    ]),
    '',
    `simulated in ${duration(seconds)}`,
    `picture: ${files.png}`,
  ].join('\n');
