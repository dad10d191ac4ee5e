import type { Attack } from '../attacks/index.ts';
import { texNumber } from '../plots/axes.ts';
import { imageGrid } from '../plots/imageGrid.ts';
import { normSymbol } from '../plots/normSymbol.ts';
import type { WorstExample } from '../table/worstExamples.ts';
import type { PictureLook } from './picture.ts';

/** Images beside what an attack made of them, as an SVG string. */
export function worstExamplesFigure(
  examples: readonly WorstExample[],
  attack: Attack,
  { eps, size: [height, width], ...look }: PictureLook & { eps: number; size: readonly [number, number] },
): string {
  const shown = examples.map(({ cleanLoss, loss, x, attacked }) => {
    const [before, after] = [[...x], [...attacked]];
    return { cleanLoss, loss, before, after, delta: after.map((value, j) => value - before[j]!) };
  });
  const entries = shown.flatMap(({ before, after }) => [...before, ...after]);
  const grey = {
    height,
    width,
    colours: 'grey',
    range: [Math.min(...entries), Math.max(...entries)],
  } as const;
  const largest = Math.max(...shown.flatMap(({ delta }) => delta.map(Math.abs))) || 1;
  const signed = { height, width, colours: 'signed', range: [-largest, largest] } as const;
  return imageGrid({
    ...look,
    titles: ['original', 'perturbation', 'attacked'],
    rows: shown.map(({ cleanLoss, loss, before, after, delta }) => ({
      label: `${cleanLoss.toPrecision(3)} to ${loss.toPrecision(3)}`,
      images: [
        { ...grey, values: before },
        { ...signed, values: delta },
        { ...grey, values: after },
      ],
    })),
    note: `left: loss before and after the attack, ${attack.name} in ${normSymbol(attack.settings.norm.name)} at $\\varepsilon = ${texNumber(eps)}$; perturbation: blue down, red up, at most $${texNumber(Number(largest.toPrecision(2)))}$`,
    description: `The examples whose loss ${attack.name} raises most within ${eps} in ${attack.settings.norm.name}: loss before and after, original, perturbation (blue down, red up), attacked`,
  });
}
