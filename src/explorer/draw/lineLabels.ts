import { spans } from '../page/symbols.ts';
import type { Line } from './linePlot.ts';
import { markOf } from './marks.ts';
import type { Plane } from './plane.ts';
import { horizontal, svg } from './svg.ts';

/** Pixels that two labels need, one below the other. */
const APART = 21;

/** The labels where the lines end, from top to bottom, pushed apart and kept within the frame. */
export function endLabels({ frame, y }: Plane, lines: readonly Line[]): SVGElement[] {
  const wanted = lines
    .map((line) => {
      const end = y.pixel(line.points.at(-1)![1]);
      return { line, at: Math.min(frame.bottom - 4, Math.max(frame.top + 6, end)) };
    })
    .sort((a, b) => a.at - b.at);
  for (let i = 1; i < wanted.length; i++) wanted[i]!.at = Math.max(wanted[i]!.at, wanted[i - 1]!.at + APART);
  // What has been pushed beyond the frame pushes back.
  let limit = frame.bottom - 2;
  for (const one of wanted.toReversed()) {
    one.at = Math.min(one.at, limit);
    limit = one.at - APART;
  }
  return wanted.map(({ line, at }) => textOf(line, frame.right + 9, at + 5));
}

/** The labels in a row above the frame, where there is no room beside it, each after its mark. */
export function rowLabels({ frame }: Plane, lines: readonly Line[]): SVGElement[] {
  let x = frame.left - 34;
  return lines.flatMap((line) => {
    const at = x;
    const label = line.short ?? line.label;
    x += 7.1 * label.length + 35;
    const sample = line.faint
      ? horizontal(`curve ${line.quantity} faint`, 14, at, at + 13)
      : markOf(line.quantity, at + 6, 14);
    return [sample, textOf({ ...line, label }, at + 16, 19)];
  });
}

const textOf = ({ quantity, label, faint }: Line, x: number, y: number): SVGElement =>
  svg(
    'text',
    { class: `label ${quantity}${faint ? ' faint' : ''}`, x, y },
    ...spans(...(label === 'εq' ? [{ letter: label }] : [label])),
  );
