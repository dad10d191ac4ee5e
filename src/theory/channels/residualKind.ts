import { centredSquare } from './centredSquare.ts';
import type { GaussianPart } from './gaussianMixtures.ts';
import { type ResidualLoss, residualLoss } from './losses.ts';
import { type Noise, noiseParts } from './noise.ts';
import type { ResidualChannel } from './residualChannel.ts';

/** What turns the square loss under Gaussian noise into another problem. */
export interface ChannelOptions {
  /** the loss of the residual; default 'square' */
  readonly loss?: ResidualLoss;
  /** the law of the label noise; default 'gaussian' */
  readonly noise?: Noise;
}

/** The loss and the noise of a regression, resolved. */
export interface ResidualKind {
  readonly channel: ResidualChannel;
  readonly noise: readonly GaussianPart[];
}

/** The square loss under Gaussian noise, as a channel like the others. */
export const plainKind = (variance: number): ResidualKind => ({
  channel: centredSquare,
  noise: [{ weight: 1, shift: 0, variance }],
});

const isPlain = (given: unknown, name: string, key: 'name' | 'law'): boolean =>
  given === undefined ||
  given === name ||
  (given !== null &&
    typeof given === 'object' &&
    (given as Record<string, unknown>)[key] === name &&
    Object.keys(given).length === 1);

/**
 * The loss and the noise where they are not the square and the Gaussian, whose equations have a solver of their own.
 * @throws InvalidArgumentError for a loss or a law that there is not
 */
export function residualKind(
  { loss, noise }: ChannelOptions,
  tau: number | undefined,
  nonlinearEnergy: number,
): ResidualKind | undefined {
  if (isPlain(loss, 'square', 'name') && isPlain(noise, 'gaussian', 'law')) return undefined;
  const parts = noiseParts(noise ?? 'gaussian', tau);
  return {
    channel: residualLoss(loss ?? 'square'),
    noise:
      nonlinearEnergy === 0
        ? parts
        : parts.map((part) => ({ ...part, variance: part.variance + nonlinearEnergy })),
  };
}
