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
      .command(capacityCommand),
  handler: () => {},
};
