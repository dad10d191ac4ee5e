import { type Averages, newAverages } from './channels/averages.ts';
import type { ReadOut } from './readOuts/readOut.ts';

/** The law of what the loss is a function of, on a fresh row, by its order parameters. */
export interface OrderedLaw {
  /** how many order parameters there are; the last is a scale */
  readonly parameters: number;
  /** Sets them to those whose logarithms x begins with. */
  setLogarithms(x: Float64Array): void;
  /** The logarithms of those that a read-out has, into the beginning of `out`. */
  logarithmsOf(readOut: ReadOut, out: Float64Array): void;
}

/** A loss under a law of labels, as the saddle point sees it. */
interface Channel<Law> {
  averages(law: Law, V: number, c: number, out: Averages): Averages;
}

/** What a solution is about: the size of the output's error, or of the output, and of the gradient. */
export interface Sizes {
  readonly scale: number;
  readonly q: number;
}

/**
 * The saddle-point equations of any loss on any read-out, as a map from logarithms to logarithms of the order parameters of the
 * law, of V, of the gradient norm q (left out at eps = 0) and of the read-out's own unknowns: from these the channel makes its
 * averages, and from the averages the read-out makes them anew.
 */
export class ChannelEquations<Law extends OrderedLaw> {
  readonly readOut: ReadOut;
  readonly law: Law;
  readonly averages = newAverages();
  readonly size: number;
  V = 1;
  private readonly channel: Channel<Law>;
  private readonly eps: number;
  private readonly sizes: Sizes;

  constructor(readOut: ReadOut, law: Law, channel: Channel<Law>, eps: number, sizes: Sizes) {
    this.readOut = readOut;
    this.law = law;
    this.channel = channel;
    this.eps = eps;
    this.sizes = sizes;
    this.size = law.parameters + (eps > 0 ? 2 : 1) + readOut.unknowns;
  }

  /** Where an iteration starts that knows nothing. */
  start(): Float64Array {
    const { law, readOut, eps } = this;
    const scale = Math.log(this.sizes.scale);
    const x = new Float64Array(this.size);
    x[law.parameters - 1] = scale;
    if (eps > 0) x[law.parameters + 1] = Math.log(this.sizes.q);
    // The first unknown of a read-out is |theta|^2.
    if (readOut.unknowns > 0) x[this.size - readOut.unknowns] = 2 * scale;
    return x;
  }

  /** Evaluates everything at x, and what the equations make of x. */
  readonly step = (x: Float64Array, out: Float64Array): void => {
    const { law, averages, readOut, eps } = this;
    let next = law.parameters;
    law.setLogarithms(x);
    this.V = Math.exp(x[next++]!);
    const q = eps > 0 ? Math.exp(x[next++]!) : 0;
    this.channel.averages(law, this.V, eps * q, averages);
    readOut.at(averages, eps * averages.attack, q, x, next);
    next = law.parameters;
    law.logarithmsOf(readOut, out);
    out[next++] = Math.log(readOut.susceptibility);
    if (eps > 0) out[next++] = Math.log(readOut.gradientNorm);
    readOut.images(out, next);
  };
}
