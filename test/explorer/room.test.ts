import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roomAlong, uprightLine } from '../../src/explorer/draw/room.ts';
import { errorText } from '../../src/explorer/page/numbers.ts';

const frame = { left: 60, right: 460, top: 20, bottom: 320 };
/** The words are 14 pixels high, with a halo of 2 about them. */
const HALF_HEIGHT = 9;

/** Points every half pixel along a line, which is the independent route: no line is cut at the ends of the words. */
const dense = (line: readonly (readonly [number, number])[]): [number, number][] =>
  line.slice(1).flatMap(([x2, y2], i) => {
    const [x1, y1] = line[i]!;
    const steps = Math.ceil(2 * Math.hypot(x2 - x1, y2 - y1)) + 1;
    return Array.from({ length: steps + 1 }, (_, k): [number, number] => [
      x1 + ((x2 - x1) * k) / steps,
      y1 + ((y2 - y1) * k) / steps,
    ]);
  });

const point = fc.tuple(fc.integer({ min: 40, max: 480 }), fc.integer({ min: 0, max: 340 }));
const lines = fc.array(fc.array(point, { minLength: 2, maxLength: 6 }), { maxLength: 4 });

describe('words beside a level line', () => {
  it('lie over no line that is drawn, however steep, and within the frame', () => {
    let placed = 0;
    fc.assert(
      fc.property(
        lines,
        fc.integer({ min: 60, max: 280 }),
        fc.integer({ min: 20, max: 200 }),
        (drawn, level, length) => {
          const spot = roomAlong(frame, drawn, level, length);
          if (!spot) return;
          placed++;
          const middle = spot.y - 5;
          expect(spot.x).toBeGreaterThanOrEqual(frame.left);
          expect(spot.x + length).toBeLessThanOrEqual(frame.right);
          for (const [x, y] of drawn.flatMap(dense))
            if (x >= spot.x && x <= spot.x + length)
              expect(Math.abs(y - middle)).toBeGreaterThan(HALF_HEIGHT);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
    // Most of these pictures have room.
    expect(placed).toBeGreaterThan(100);
  });

  it('stand beside an upright line, and nowhere where there is no room', () => {
    const at = uprightLine(frame, 200);
    const spot = roomAlong(frame, [at], 150, 180)!;
    expect(spot.x > 200 || spot.x + 180 < 200).toBe(true);
    expect(roomAlong(frame, [at, uprightLine(frame, 330)], 150, 180)).toBeUndefined();
  });

  it('pass over the gaps of a line', () => {
    const broken = [
      [70, 150],
      [Number.NaN, Number.NaN],
      [450, 150],
    ] as const;
    expect(roomAlong(frame, [broken], 150, 300)).toBeDefined();
  });
});

it('says of an error near none that it is small, and of others three digits', () => {
  expect([0, 5.2e-12, 9e-7, 2e-6, 0.0001344].map(errorText)).toEqual([
    '0',
    'below 10⁻⁶',
    'below 10⁻⁶',
    '0.000002',
    '0.000134',
  ]);
});
