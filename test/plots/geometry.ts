import { wordsOf } from '../../src/plots/pdfText.ts';
import { numberOf, parsed } from './drawn.ts';

/** A rectangle in the units of a picture. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of panels, and of choices side by side. */
const FRAMES = 'rect[aria-label="frame"], g[aria-label="frame"] rect, g[aria-label="rect"] rect';

/** Where the words, frames, symbols, error bars and lines of a picture lie. */
export function placesOf(root: Element) {
  const [, , width, height] = root.getAttribute('viewBox')!.split(' ').map(Number);
  const whole: Box = { left: 0, right: width!, top: 0, bottom: height! };
  return {
    whole,
    labels: labelsOf(root),
    frames: [...root.querySelectorAll(FRAMES)].map(boxOfRect),
    symbols: [...root.querySelectorAll('g[aria-label="dot"] > *')].map(boxOfSymbol),
    /** Error bars and guides. */
    rules: [...root.querySelectorAll('g[aria-label="rule"] line')].map((line): readonly [Place, Place] => [
      { x: numberOf(line, 'x1'), y: numberOf(line, 'y1') },
      { x: numberOf(line, 'x2'), y: numberOf(line, 'y2') },
    ]),
    lines: [...root.querySelectorAll('g[aria-label="line"] path')].flatMap(strokesOf),
  };
}

/**
 * What a reader would complain of: words that lie outside of the picture, on each other, or on lines and symbols; type of
 * less than 6 points in print; symbols that are not whole within a frame.
 */
export function complaints(svg: string): string[] {
  const root = parsed(svg);
  const { whole, labels, frames, symbols, rules, lines } = placesOf(root);
  const found: string[] = [];
  for (const { words, box, size } of labels) {
    if (!isWithin(box, whole)) found.push(`'${words}' leaves the picture`);
    // 144 units are 25.4 mm, or 72 points.
    if (root.getAttribute('width')!.endsWith('mm') && size / 2 < 6)
      found.push(`'${words}' is ${(size / 2).toFixed(2)} points high`);
  }
  for (const [i, a] of labels.entries())
    for (const b of labels.slice(i + 1))
      if (doMeet(a.box, b.box)) found.push(`'${a.words}' meets '${b.words}'`);
  for (const symbol of symbols)
    if (!frames.some((frame) => isWithin(symbol, frame)))
      found.push(`a symbol at ${shown(symbol)} leaves its frame`);
  for (const { words, box } of labels.filter((label) => frames.some((frame) => isWithin(label.box, frame)))) {
    if (symbols.some((symbol) => doMeet(symbol, box))) found.push(`'${words}' covers a symbol`);
    if ([...rules, ...lines].some((line) => doesCross(line, box))) found.push(`'${words}' covers a line`);
  }
  return found;
}

const shown = ({ left, right, top, bottom }: Box): string =>
  `${((left + right) / 2).toFixed(1)}, ${((top + bottom) / 2).toFixed(1)}`;

/** The words of a picture with the boxes of their outlines, and the size of the largest type in each. */
function labelsOf(root: Element): { words: string; box: Box; size: number }[] {
  const { labels, glyphs } = wordsOf(root);
  const words = [...root.querySelectorAll('g[role="img"]')]
    .filter((label) => label.querySelector('path[data-c]'))
    .map((label) => label.getAttribute('aria-label')!);
  if (words.length !== labels.length) throw new Error(`${words.length} labels, ${labels.length} with words`);
  return labels.map((placed, i) => {
    const corners = placed.flatMap(({ id, matrix: [a, b, c, d, e, f] }) =>
      placesIn(glyphs[id - 1]!.outline).map(({ x, y }) => ({ x: a * x + c * y + e, y: b * x + d * y + f })),
    );
    const sizes = placed.map(({ matrix: [a, b] }) => 1000 * Math.hypot(a, b));
    return { words: words[i]!, box: boxAbout(corners), size: Math.max(...sizes) };
  });
}

/** The places that an outline in absolute M, L, H, V, Q, T and Z names. */
function placesIn(outline: string): Place[] {
  let [x, y] = [0, 0];
  return [...outline.matchAll(/([MLHVQT])([^MLHVQTZ]*)/g)].flatMap(([, command, rest]) => {
    const numbers = (rest!.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    const places: Place[] = [];
    const step = command === 'H' || command === 'V' ? 1 : 2;
    for (let k = 0; k < numbers.length; k += step) {
      if (command !== 'V') x = numbers[k]!;
      if (command !== 'H') y = numbers[k + step - 1]!;
      places.push({ x, y });
    }
    return places;
  });
}

const boxAbout = (places: readonly Place[]): Box => ({
  left: Math.min(...places.map(({ x }) => x)),
  right: Math.max(...places.map(({ x }) => x)),
  top: Math.min(...places.map(({ y }) => y)),
  bottom: Math.max(...places.map(({ y }) => y)),
});

const boxOfRect = (rect: Element): Box => {
  const [x, y] = [numberOf(rect, 'x'), numberOf(rect, 'y')];
  return { left: x, right: x + numberOf(rect, 'width'), top: y, bottom: y + numberOf(rect, 'height') };
};

/** A symbol without its outline. */
function boxOfSymbol(symbol: Element): Box {
  if (symbol.localName === 'circle') {
    const [x, y, r] = ['cx', 'cy', 'r'].map((name) => numberOf(symbol, name)) as [number, number, number];
    return { left: x - r, right: x + r, top: y - r, bottom: y + r };
  }
  const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(symbol.getAttribute('transform')!)!.map(Number);
  // Relative steps of a square are the only ones that name no corner.
  const steps = [...symbol.getAttribute('d')!.matchAll(/([MLhvHV])([^A-Za-z]*)/g)];
  let [atX, atY] = [0, 0];
  const corners = steps.map(([, command, rest]) => {
    const numbers = rest!.match(/-?[\d.]+(?:e-?\d+)?/g)!.map(Number);
    if (command === 'h') atX += numbers[0]!;
    else if (command === 'v') atY += numbers[0]!;
    else if (command === 'H') atX = numbers[0]!;
    else if (command === 'V') atY = numbers[0]!;
    else [atX, atY] = numbers as [number, number];
    return { x: x! + atX, y: y! + atY };
  });
  return boxAbout(corners);
}

/** The straight pieces of a line, which may be broken. */
function strokesOf(path: Element): (readonly [Place, Place])[] {
  return path
    .getAttribute('d')!
    .split('M')
    .slice(1)
    .flatMap((part) => {
      const places = [...part.matchAll(/(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)/g)].map(([, x, y]) => ({
        x: Number(x),
        y: Number(y),
      }));
      return places.slice(1).map((to, i) => [places[i]!, to] as const);
    });
}

const isWithin = (a: Box, b: Box): boolean =>
  a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

const doMeet = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Whether any of a hundred places along a stroke lies in a box. */
function doesCross([from, to]: readonly [Place, Place], box: Box): boolean {
  // Nearly all strokes lie to one side of the box.
  if (from.x <= box.left && to.x <= box.left) return false;
  if (from.x >= box.right && to.x >= box.right) return false;
  if (from.y <= box.top && to.y <= box.top) return false;
  if (from.y >= box.bottom && to.y >= box.bottom) return false;
  for (let k = 0; k <= 100; k++) {
    const x = from.x + (k / 100) * (to.x - from.x);
    const y = from.y + (k / 100) * (to.y - from.y);
    if (x > box.left && x < box.right && y > box.top && y < box.bottom) return true;
  }
  return false;
}
