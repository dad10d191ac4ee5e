import type { Measurement } from '../check/protocol.ts';
import { type Letter, letters, spans } from '../page/symbols.ts';
import { parameters, roundFor, type Settings } from '../state/parameters.ts';
import { nothingRisk } from '../theory/ask.ts';
import type { Axis, RiskAt } from '../theory/curve.ts';
import { type Frame, frameRect, gridLines, xAxis, yAxis } from './axes.ts';
import { riskDomain } from './riskDomain.ts';
import { type Scale, scaleOf, ticksOf } from './scale.ts';
import { pathThrough, set, svg } from './svg.ts';

/** So many names are slanted. */
const MANY = 6;
/** Widths of the words beside the level of predicting nothing, and without words, in pixels. */
const LONG_NOTE = 215;
const SHORT_NOTE = 64;
const GAP: [number, number] = [Number.NaN, Number.NaN];

/** A measured point and its place on the axis. */
export interface PlacedMeasurement {
  readonly at: number;
  readonly measurement: Measurement;
}

export interface CurveView {
  readonly settings: Settings;
  readonly axis: Axis;
  readonly yScale: 'linear' | 'log';
  readonly curve: readonly RiskAt[];
  /** the settings' own place, and the risk there */
  readonly here: RiskAt;
  readonly measurements: readonly PlacedMeasurement[];
}

export interface CurvePanel {
  readonly element: SVGSVGElement;
  draw(view: CurveView): void;
  /** Marks a place of the curve, or none. */
  point(risk: RiskAt | null): void;
  /** The axis value under a pixel; undefined outside the frame. */
  valueUnder(x: number): number | undefined;
  /** The pixel of a place. */
  pixelOf(at: number): number;
  resize(width: number, height: number): void;
}

const axisTitles: Readonly<Record<Axis['name'], readonly (string | Letter)[]>> = {
  psi1: ['width  ', letters.psi1, ' = ', { letter: 'N' }, '/', { letter: 'd' }],
  psi2: ['samples  ', letters.psi2, ' = ', { letter: 'n' }, '/', { letter: 'd' }],
  eps: ['attack in training  ', letters.eps],
  epsTest: ['attack at test  ', letters.epsTest],
  lambda: ['ridge penalty  ', letters.lambda],
  tau: ['label noise  ', letters.tau],
  depth: ['frozen layers  ', letters.depth],
  activation: ['activation  ', letters.activation],
};

export function curvePanel(): CurvePanel {
  const layer = (name: string): SVGGElement => svg('g', { class: name });
  const [bands, grid, notes, axes, points, labels, hereMark, pointMark] = [
    'bands',
    'grid-lines',
    'notes',
    'axes',
    'points',
    'labels',
    'here',
    'pointed',
  ].map(layer) as [
    SVGGElement,
    SVGGElement,
    SVGGElement,
    SVGGElement,
    SVGGElement,
    SVGGElement,
    SVGGElement,
    SVGGElement,
  ];
  const standard = svg('path', { class: 'curve standard' });
  const adversarial = svg('path', { class: 'curve adversarial' });
  const placeDots = svg('g');
  const clipRect = svg('rect');
  const inside = svg(
    'g',
    { 'clip-path': 'url(#curve-clip)' },
    bands,
    standard,
    adversarial,
    placeDots,
    hereMark,
    points,
  );
  const element = svg(
    'svg',
    { class: 'plot', xmlns: 'http://www.w3.org/2000/svg' },
    svg('defs', {}, svg('clipPath', { id: 'curve-clip' }, clipRect)),
    grid,
    inside,
    notes,
    axes,
    labels,
    pointMark,
  );
  let [width, height] = [800, 460];
  let frame: Frame = { left: 0, right: 1, top: 0, bottom: 1 };
  let view: CurveView | undefined;
  let x: Scale = scaleOf('linear', [0, 1], [0, 1]);
  let y: Scale = x;
  let drawnAxes = '';

  function layOut({ axis, yScale, curve, settings }: CurveView): void {
    const roomy = width >= 560;
    frame = {
      left: 58,
      right: width - (roomy ? 112 : 14),
      top: roomy ? 18 : 44,
      bottom: height - (axis.kind === 'places' && axis.places.length > MANY ? 92 : 62),
    };
    const across = [frame.left, frame.right] as const;
    x =
      axis.kind === 'range'
        ? scaleOf(axis.scale, [axis.from, axis.to], across)
        : scaleOf('linear', [-0.5, axis.places.length - 0.5], across);
    y = scaleOf(yScale, riskDomain(curve, nothingRisk(settings), yScale), [frame.bottom, frame.top]);
    const key = [width, height, axis.name, y.kind, ...y.domain].join();
    if (key !== drawnAxes) drawAxes(axis);
    drawnAxes = key;
  }

  function drawAxes(axis: Axis): void {
    set(clipRect, {
      x: frame.left,
      y: frame.top,
      width: frame.right - frame.left,
      height: frame.bottom - frame.top,
    });
    const yTicks = ticksOf(y, y.kind === 'log' ? 9 : 6);
    const middle = (frame.left + frame.right) / 2;
    grid.replaceChildren(...gridLines(y, yTicks, frame));
    axes.replaceChildren(
      frameRect(frame, 'frame'),
      ...yAxis(y, yTicks, frame),
      ...(axis.kind === 'range' ? xAxis(x, ticksOf(x, width < 560 ? 5 : 9), frame) : places(axis.places)),
      svg(
        'text',
        { class: 'axis-title', x: middle, y: height - 12, 'text-anchor': 'middle' },
        ...spans(...axisTitles[axis.name]),
      ),
      svg(
        'text',
        {
          class: 'axis-title',
          transform: `translate(17 ${(frame.top + frame.bottom) / 2}) rotate(-90)`,
          'text-anchor': 'middle',
        },
        'risk',
      ),
    );
  }

  /** Names of places, slanted where they are many. */
  function places(names: readonly string[]): SVGElement[] {
    const many = names.length > MANY;
    return names.map((name, at) =>
      many
        ? svg(
            'text',
            {
              class: 'number small',
              transform: `translate(${x.pixel(at) + 4} ${frame.bottom + 14}) rotate(-32)`,
              'text-anchor': 'end',
            },
            name,
          )
        : svg(
            'text',
            { class: 'number', x: x.pixel(at), y: frame.bottom + 22, 'text-anchor': 'middle' },
            name,
          ),
    );
  }

  function drawCurves({ axis, curve }: CurveView): void {
    const along = (name: 'standardRisk' | 'adversarialRisk'): string =>
      // Far beyond the frame, where an infinite risk goes.
      pathThrough(
        curve.flatMap((risk, i): [number, number][] => [
          // Between interpolators of another kind the curve jumps.
          ...(i > 0 && (risk.phase === 'ridgeless') !== (curve[i - 1]!.phase === 'ridgeless') ? [GAP] : []),
          [x.pixel(risk.at), Math.max(-2000, y.pixel(risk[name]))],
        ]),
      );
    set(standard, { d: along('standardRisk') });
    set(adversarial, { d: along('adversarialRisk') });
    drawPlaces(axis, curve);
    const dotted = axis.kind === 'places' ? 'curve dotted' : 'curve';
    set(standard, { class: `${dotted} standard` });
    set(adversarial, { class: `${dotted} adversarial` });
  }

  /** The places of a curve that has nothing between them. */
  function drawPlaces(axis: Axis, curve: readonly RiskAt[]): void {
    placeDots.replaceChildren(
      ...(axis.kind === 'range'
        ? []
        : curve.flatMap((risk) =>
            (['standard', 'adversarial'] as const).map((name) =>
              svg('circle', {
                class: `place ${name}`,
                cx: x.pixel(risk.at),
                cy: Math.max(-2000, y.pixel(risk[`${name}Risk`])),
                r: 4,
              }),
            ),
          )),
    );
  }

  /** Where nothing is learnt, as a band. */
  function drawBands({ axis, curve }: CurveView): void {
    const found: SVGElement[] = [];
    if (axis.kind === 'range')
      for (let i = 0; i < curve.length; i++) {
        if (curve[i]!.phase !== 'null') continue;
        const first = i;
        while (i + 1 < curve.length && curve[i + 1]!.phase === 'null') i++;
        const left = x.pixel(curve[first]!.at);
        const right = x.pixel(curve[i]!.at);
        found.push(
          svg('rect', {
            class: 'null-band',
            x: left,
            y: frame.top,
            width: right - left,
            height: frame.bottom - frame.top,
          }),
        );
        if (right - left > 110)
          found.push(
            svg(
              'text',
              { class: 'note', x: (left + right) / 2, y: frame.bottom - 12, 'text-anchor': 'middle' },
              'nothing is learnt',
            ),
          );
      }
    bands.replaceChildren(...found);
  }

  function drawNotes({ settings, axis, here }: CurveView): void {
    const found: SVGElement[] = [];
    const level = y.pixel(nothingRisk(settings));
    if (level > frame.top) {
      found.push(svg('line', { class: 'nothing', x1: frame.left, x2: frame.right, y1: level, y2: level }));
      const value = ['1 + ', letters.tau, '²'];
      const [long, short] = [roomAlong(level, LONG_NOTE), roomAlong(level, SHORT_NOTE)];
      if (long)
        found.push(svg('text', { class: 'note halo', ...long }, ...spans('predicting nothing, ', ...value)));
      else if (short) found.push(svg('text', { class: 'note halo', ...short }, ...spans(...value)));
    }
    const square = axis.name === 'psi1' ? settings.psi2 : axis.name === 'psi2' ? settings.psi1 : undefined;
    if (square !== undefined && axis.kind === 'range' && square > axis.from && square < axis.to) {
      const at = x.pixel(square);
      const besideHere = x.pixel(here.at) - at;
      const leftwards = at > (frame.left + frame.right) / 2 || (besideHere > 0 && besideHere < 70);
      found.push(
        svg('line', { class: 'square', x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
        svg(
          'text',
          {
            class: 'note halo',
            x: at + (leftwards ? -7 : 7),
            y: frame.top + 18,
            'text-anchor': leftwards ? 'end' : 'start',
          },
          ...spans(letters.psi1, ' = ', letters.psi2),
        ),
      );
    }
    notes.replaceChildren(...found);
  }

  /** Beside a level line, above or below: wherever along it the curves leave room. */
  function roomAlong(level: number, length: number): { x: number; y: number } | undefined {
    const room = Math.max(0, frame.right - frame.left - 16 - length);
    const spots = [0, 1, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9].flatMap((share) =>
      [-7, 19].map((shift) => ({ left: frame.left + 8 + share * room, y: level + shift })),
    );
    const clearance = ({ left, y: base }: { left: number; y: number }): number =>
      Math.min(
        base - 12 - frame.top,
        frame.bottom - base,
        ...view!.curve
          .filter(({ at }) => x.pixel(at) > left - 6 && x.pixel(at) < left + length + 6)
          .flatMap(({ standardRisk, adversarialRisk }) =>
            [standardRisk, adversarialRisk].map((risk) => Math.abs(y.pixel(risk) - (base - 5))),
          ),
      );
    // Ends are preferred: the first spot with room enough is taken.
    const enough = spots.find((spot) => clearance(spot) > 14);
    const best = enough ?? spots.reduce((a, b) => (clearance(b) > clearance(a) ? b : a));
    return clearance(best) > 8 ? { x: best.left, y: best.y } : undefined;
  }

  function drawLabels({ curve }: CurveView): void {
    const names = [
      ['adversarial', 'adversarialRisk'],
      ['standard', 'standardRisk'],
    ] as const;
    if (width < 560) {
      labels.replaceChildren(
        ...names.flatMap(([name], i) => {
          const at = frame.left + 4 + i * 136;
          return [
            svg('line', { class: `curve ${name}`, x1: at, x2: at + 22, y1: 22, y2: 22 }),
            svg('text', { class: `label ${name}`, x: at + 30, y: 27 }, name),
          ];
        }),
      );
      return;
    }
    const last = curve.at(-1)!;
    const level = (risk: number): number =>
      Math.min(frame.bottom - 4, Math.max(frame.top + 8, y.pixel(risk)));
    const [upper, lower] = [level(last.adversarialRisk), level(last.standardRisk)];
    // Kept apart, and within the frame.
    const apart = Math.max(0, 22 - (lower - upper)) / 2;
    const shift = Math.min(0, frame.bottom - 2 - (lower + apart));
    labels.replaceChildren(
      svg(
        'text',
        { class: 'label adversarial', x: frame.right + 10, y: upper - apart + shift + 5 },
        'adversarial',
      ),
      svg('text', { class: 'label standard', x: frame.right + 10, y: lower + apart + shift + 5 }, 'standard'),
    );
  }

  function drawPoints({ measurements }: CurveView): void {
    points.replaceChildren(
      ...measurements.flatMap(({ at, measurement }) => [
        ...errorBar('standard', x.pixel(at), measurement.standardRisk),
        ...errorBar('adversarial', x.pixel(at), measurement.adversarialRisk),
      ]),
    );
  }

  function errorBar(
    name: 'standard' | 'adversarial',
    at: number,
    { value, standardError }: Measurement['standardRisk'],
  ): SVGElement[] {
    const level = y.pixel(value);
    const reach = Number.isFinite(standardError) ? 2 * standardError : 0;
    const [low, high] = [
      y.pixel(Math.max(value - reach, y.kind === 'log' ? y.domain[0] : 0)),
      y.pixel(value + reach),
    ];
    return [
      svg('line', { class: `error ${name}`, x1: at, x2: at, y1: low, y2: high }),
      name === 'standard'
        ? svg('circle', { class: `measured ${name}`, cx: at, cy: level, r: 5.5 })
        : svg('rect', { class: `measured ${name}`, x: at - 5, y: level - 5, width: 10, height: 10 }),
    ];
  }

  /** A line across the frame and a dot on each curve. */
  function mark(risk: RiskAt, radius: number): SVGElement[] {
    const at = x.pixel(risk.at);
    if (!(at >= frame.left - 0.5 && at <= frame.right + 0.5)) return [];
    const dots = (['standard', 'adversarial'] as const).map((name) => ({
      name,
      level: y.pixel(risk[`${name}Risk`]),
    }));
    return [
      svg('line', { class: 'mark', x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
      ...dots
        .filter(({ level }) => level >= frame.top && level <= frame.bottom)
        .map(({ name, level }) => svg('circle', { class: `dot ${name}`, cx: at, cy: level, r: radius })),
    ];
  }

  return {
    element,
    draw(next) {
      view = next;
      layOut(next);
      drawBands(next);
      drawCurves(next);
      drawNotes(next);
      drawLabels(next);
      drawPoints(next);
      hereMark.replaceChildren(...mark(next.here, 5));
    },
    point(risk) {
      pointMark.replaceChildren(...(risk ? mark(risk, 4.5) : []));
    },
    valueUnder(pixel) {
      if (!view || pixel < frame.left - 12 || pixel > frame.right + 12) return undefined;
      const { axis } = view;
      if (axis.kind === 'places')
        return Math.min(axis.places.length - 1, Math.max(0, Math.round(x.value(pixel))));
      const clamped = Math.min(frame.right, Math.max(frame.left, pixel));
      const { scale } = parameters[axis.name as keyof typeof parameters];
      return Math.min(axis.to, Math.max(axis.from, roundFor(scale, x.value(clamped))));
    },
    pixelOf: (at) => x.pixel(at),
    resize(w, h) {
      [width, height] = [w, h];
      set(element, { viewBox: `0 0 ${w} ${h}`, width: w, height: h });
      if (view) this.draw(view);
    },
  };
}
