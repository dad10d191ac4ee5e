import type { CommandModule } from 'yargs';
import { bestCommand } from './theory/best.ts';
import { capacityCommand } from './theory/capacity.ts';
import { curveCommand } from './theory/curve.ts';
import { phaseCommand } from './theory/phase.ts';
import { pointCommand } from './theory/point.ts';
import { surfaceCommand } from './theory/surface.ts';

export const theoryCommand: CommandModule = {
  command: 'theory',
  describe: 'Standard and adversarial risk in the limit of large d, n and N',
  builder: (yargs) =>
    yargs
      .command(pointCommand)
      .command(curveCommand)
      .command(surfaceCommand)
      .command(phaseCommand)
      .command(bestCommand)
      .command(capacityCommand)
      .example('$0 theory --psi1 2 --psi2 3 --eps 0.5 --tau 0.5', 'the risks at a point'),
  handler: () => {},
};
