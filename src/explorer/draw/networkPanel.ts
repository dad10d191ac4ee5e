import { stream } from '../../random/stream.ts';
import { activation } from '../../theory/index.ts';
import { type Letter, spans } from '../page/symbols.ts';
import { circle, pathThrough, setSize, svg } from './svg.ts';

/** What of the settings the drawing shows. */
export interface NetworkView {
  /** N/d and n/d */
  readonly psi1: number;
  readonly psi2: number;
  /** the length of the attack on the input that is drawn; 0 for none */
  readonly eps: number;
  /** the length of the gradient of the trained network; 0 where its read-out is 0 */
  readonly gradientNorm: number;
}

export interface NetworkPanel {
  readonly element: SVGSVGElement;
  draw(view: NetworkView): void;
  resize(width: number, height: number): void;
}

/** Inputs of the network that is drawn. */
export const DRAWN_D = 6;
export const unitsDrawn = ({ psi1, psi2 }: Pick<NetworkView, 'psi1' | 'psi2'>): { N: number; n: number } => ({
  N: Math.max(1, Math.round(DRAWN_D * psi1)),
  n: Math.max(1, Math.round(DRAWN_D * psi2)),
});

/** Pixels from one unit to the next: at the most, and at the least, beyond which units are left out. */
const WIDEST = 26;
const CLOSEST = 5;

/**
 * A network of six inputs, with as many features and examples as N/d and n/d come to: its frozen weights and one input are
 * random, its read-out has the gradient norm of the theory. Features are drawn as far as there is room.
 */
export function networkPanel(): NetworkPanel {
  const element = svg('svg', { class: 'network-drawing' });
  let [width, height] = [0, 0];
  let view: NetworkView | undefined;
  const sketch = newSketch();

  function draw(next: NetworkView): void {
    view = next;
    if (width === 0) return;
    const { N, n } = unitsDrawn(next);
    const roomy = width >= 480;
    const left = roomy ? 168 : 74;
    const room = width - left - (roomy ? 44 : 20);
    const pitch = Math.max(CLOSEST, Math.min(WIDEST, room / Math.max(N, n, DRAWN_D)));
    const shown = (count: number): number => Math.min(count, Math.floor(room / pitch + 1e-6));
    const middle = left + room / 2;
    const place = (i: number, count: number): number => middle + (i - (shown(count) - 1) / 2) * pitch;
    const rows = [0.1, 0.38, 0.7, 0.93].map((share) => share * height);
    const [output, features, inputs, examples] = rows as [number, number, number, number];
    const spread = Math.min(room / DRAWN_D, Math.max(pitch, 52));
    const inputAt = (j: number): number => middle + (j - (DRAWN_D - 1) / 2) * spread;
    const { x, values, delta } = sketch(N, next.eps);
    const drawnN = shown(N);
    const radius = Math.max(1.7, Math.min(6.5, 0.36 * pitch));

    const frozen: (readonly [number, number])[] = [];
    const readout: (readonly [number, number])[] = [];
    const gap = [Number.NaN, 0] as const;
    for (let i = 0; i < drawnN; i++) {
      for (let j = 0; j < DRAWN_D; j++) frozen.push([place(i, N), features], [inputAt(j), inputs], gap);
      readout.push([place(i, N), features], [middle, output], gap);
    }
    const nothing = next.gradientNorm === 0;
    const faded = (most: number, of: number): number => Math.max(0.14, Math.min(most, of / drawnN));
    element.replaceChildren(
      svg('path', { class: 'edges frozen', d: pathThrough(frozen), 'stroke-opacity': faded(0.5, 6) }),
      svg('path', {
        class: nothing ? 'edges readout zero' : 'edges readout',
        d: pathThrough(readout),
        'stroke-opacity': nothing ? 0.4 : faded(0.75, 16),
      }),
      ...Array.from({ length: drawnN }, (_, i) =>
        unit('feature', place(i, N), features, radius, values[i]!),
      ).flat(),
      ...(drawnN < N
        ? [svg('text', { class: 'network-label', x: place(drawnN, N), y: features + 4 }, '…')]
        : []),
      ...Array.from(x, (value, j) => [
        ...unit('input', inputAt(j), inputs, 6.5, value),
        ...arrow(inputAt(j) + 15, inputs, delta[j]!),
      ]).flat(),
      circle(nothing ? 'output zero' : 'output', middle, output, 7),
      ...Array.from({ length: shown(n) }, (_, i) =>
        svg('rect', {
          class: 'example',
          x: place(i, n) - 0.3 * pitch,
          y: examples - 4,
          width: 0.6 * pitch,
          height: 8,
        }),
      ),
      label(output, nothing ? 'read-out 0' : roomy ? 'read-out, trained' : 'read-out'),
      label(features, { letter: 'N' }, ` = ${N}`, roomy ? ' frozen features' : ''),
      label(inputs, { letter: 'd' }, ` = ${DRAWN_D}`, roomy ? ' inputs' : ''),
      label(examples, { letter: 'n' }, ` = ${n}`, roomy ? ' training examples' : ''),
      ...attackLabels(next, {
        output: [middle + 16, output + 5],
        ...(roomy && { inputs: [inputAt(DRAWN_D - 1) + 30, inputs + 5] as const }),
      }),
    );
  }

  return {
    element,
    draw,
    resize(w, h) {
      [width, height] = [w, h];
      setSize(element, w, h);
      if (view) draw(view);
    },
  };
}

const label = (y: number, ...parts: readonly (string | Letter)[]): SVGElement =>
  svg('text', { class: 'network-label', x: 0, y: y + 5 }, ...spans(...parts));

/** A unit, the darker the larger its value. */
const unit = (name: string, cx: number, cy: number, r: number, value: number): SVGElement[] => [
  circle('unit-ground', cx, cy, r),
  svg('circle', { class: name, cx, cy, r, 'fill-opacity': 0.1 + 0.9 * Math.min(1, Math.abs(value)) }),
];

/** Pixels of an arrow for a move of 1, beyond the least that can be seen. */
const ARROW = 26;

/** How an input is moved, up or down. */
function arrow(x: number, y: number, move: number): SVGElement[] {
  if (move === 0) return [];
  const sign = -Math.sign(move);
  const half = 0.5 * Math.min(40, 5 + ARROW * Math.abs(move));
  const [tail, head] = [y - sign * half, y + sign * half];
  const barb = head - sign * 4;
  return [
    svg('path', {
      class: 'move',
      d: `M${x},${tail}L${x},${head}M${x - 3.5},${barb}L${x},${head}L${x + 3.5},${barb}`,
    }),
  ];
}

/** How far the input is moved, and the output with it. */
function attackLabels(
  { eps, gradientNorm }: NetworkView,
  at: { readonly output: readonly [number, number]; readonly inputs?: readonly [number, number] },
): SVGElement[] {
  if (eps === 0) return [];
  const text = ([x, y]: readonly [number, number], ...parts: readonly (string | Letter)[]) =>
    svg('text', { class: 'network-label radius halo', x, y }, ...spans(...parts));
  const moved = at.inputs ? [text(at.inputs, '|', { letter: 'δ' }, `| = ${Number(eps.toPrecision(2))}`)] : [];
  if (gradientNorm === 0) return moved;
  return [
    ...moved,
    text(at.output, 'moves by ', { letter: 'εq' }, ` = ${Number((eps * gradientNorm).toPrecision(2))}`),
  ];
}

/** Weights, one input and a read-out for as many features as are asked for; the first ones stay the same. */
function newSketch() {
  const { value, derivative } = activation('shifted-relu');
  const from = stream('explorer', 'network');
  const x = from.fillGaussian(new Float64Array(DRAWN_D));
  const weights: Float64Array[] = [];
  const theta: number[] = [];
  return (N: number, eps: number) => {
    while (weights.length < N) {
      const w = from.fillGaussian(new Float64Array(DRAWN_D));
      const length = Math.hypot(...w);
      weights.push(w.map((entry) => entry / length));
      theta.push(from.fillGaussian(new Float64Array(1))[0]!);
    }
    const before = weights.slice(0, N).map((w) => w.reduce((sum, entry, j) => sum + entry * x[j]!, 0));
    const gradient = new Float64Array(DRAWN_D);
    for (let i = 0; i < N; i++)
      for (let j = 0; j < DRAWN_D; j++) gradient[j]! += theta[i]! * derivative(before[i]!) * weights[i]![j]!;
    const length = Math.hypot(...gradient) || 1;
    return { x, values: before.map(value), delta: gradient.map((entry) => (eps * entry) / length) };
  };
}
