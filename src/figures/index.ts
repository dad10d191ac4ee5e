import { expectedAmong } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import { activations } from './activations.ts';
import { attacks } from './attacks.ts';
import { capacity } from './capacity.ts';
import { classification } from './classification.ts';
import { curse } from './curse.ts';
import { depth } from './depth.ts';
import { doubleDescent } from './doubleDescent.ts';
import type { Figure } from './figure.ts';
import { finiteSize } from './finiteSize.ts';
import { leaveOneOut } from './leaveOneOut.ts';
import { linear } from './linear.ts';
import { linf } from './linf.ts';
import { losses } from './losses.ts';
import { noise } from './noise.ts';
import { nullPhase } from './nullPhase.ts';
import { phaseDiagram } from './phaseDiagram.ts';
import { regularisation } from './regularisation.ts';
import { sampleSize } from './sampleSize.ts';
import { sparseSignal } from './sparseSignal.ts';
import { spectrum } from './spectrum.ts';
import { tradeOff } from './tradeOff.ts';
import { trainedWidth } from './trainedWidth.ts';
import { trainedWidthDigits } from './trainedWidthDigits.ts';
import { trainTestEps } from './trainTestEps.ts';

/** Every figure, in the order in which `rrf reproduce --list` names them. */
export const figures: readonly Figure[] = [
  curse,
  doubleDescent,
  tradeOff,
  sampleSize,
  regularisation,
  leaveOneOut,
  trainTestEps,
  nullPhase,
  activations,
  attacks,
  finiteSize,
  linear,
  noise,
  spectrum,
  classification,
  losses,
  capacity,
  linf,
  sparseSignal,
  phaseDiagram,
  depth,
  trainedWidth,
  trainedWidthDigits,
];

/** The figure of that name. @throws InvalidArgumentError for an unknown one */
export function figureNamed(name: string): Figure {
  const found = figures.find((figure) => figure.name === name);
  if (found) return found;
  const names = figures.map((figure) => figure.name);
  throw new InvalidArgumentError('figure', name, expectedAmong(name, names));
}
