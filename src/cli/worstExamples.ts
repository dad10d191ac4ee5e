import type { Attack, ModelFunction } from '../attacks/index.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { imageGrid } from '../plots/imageGrid.ts';
import { tf } from '../runtime/tf.ts';

/** Examples in the picture. */
const EXAMPLES = 5;

/** The examples whose loss an attack raises most, beside what it did to them, as an SVG string. */
export async function worstExamples(
  f: ModelFunction,
  data: Dataset,
  attack: Attack,
  eps: number,
  [height, width]: readonly [number, number],
): Promise<string> {
  const { x, y } = toTensors(data);
  const run = await attack.run(f, x, y, { epsilons: [eps] });
  const [clean, found, adversarial] = await Promise.all([
    run.cleanLoss.data(),
    run.loss.data(),
    run.x[0]!.data(),
  ]);
  run.dispose();
  tf.dispose([x, y]);
  const raised = Array.from(found, (loss, i) => loss - clean[i]!);
  const worst = raised
    .map((_, i) => i)
    .sort((a, b) => raised[b]! - raised[a]!)
    .slice(0, EXAMPLES);
  const row = (values: ArrayLike<number>, i: number): number[] =>
    Array.from({ length: data.d }, (_, j) => values[i * data.d + j]!);
  const shown = worst.map((i) => {
    const [before, after] = [row(data.x, i), row(adversarial, i)];
    return { i, before, after, delta: after.map((value, j) => value - before[j]!) };
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
    titles: ['original', 'perturbation', 'attacked'],
    rows: shown.map(({ i, before, after, delta }) => ({
      label: `${clean[i]!.toPrecision(3)} to ${found[i]!.toPrecision(3)}`,
      images: [
        { ...grey, values: before },
        { ...signed, values: delta },
        { ...grey, values: after },
      ],
    })),
    description: `The examples whose loss ${attack.name} raises most within ${eps} in ${attack.settings.norm.name}: loss before and after, original, perturbation (blue down, red up), attacked`,
  });
}
