import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { measureFeatures } from '../../src/evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { predictClassesOnData } from '../../src/table/predictClassesOnData.ts';
import { errorsFrom } from '../../src/table/predictedErrors.ts';
import { trainedBeside } from '../../src/table/predictionAgainstTraining.ts';
import { predictOnData } from '../../src/table/predictOnData.ts';
import { predictRobustRisk } from '../../src/table/predictRobustRisk.ts';
import { residualsAt } from '../../src/table/typicalResiduals.ts';

const d = 10;
/** Inputs of a teacher with another target. */
const labelled = (rows: number, label: (y: number) => number): Dataset => {
  const data = teacher({ d, tau: 0.4, seed: 'labels' }).sample('x', rows);
  return { ...data, y: data.y.map(label) };
};

describe('predicted errors', () => {
  it.each([
    ['of classes as frequent', 0],
    ['of one class in five', 0.9],
  ])('are those of trained read-outs, %s', async (_, above) => {
    const width = 25;
    const data = labelled(1600, (y) => (y > above ? 1 : -1));
    const map = await randomFeaturesMap({ inputDim: d, units: [width], seed: 1 });
    const measured = await measureFeatures(map, data, { seed: 1 });
    for (const setting of [
      { n: 60, eps: 0.3, lambda: 0.05 },
      { n: 200, eps: 0.1, lambda: 0.01 },
    ]) {
      const [prediction] = predictRobustRisk(measured, setting);
      const { robustError, error } = errorsFrom(measured, prediction!, residualsAt(measured, prediction!)!);
      const trained = meanOf(
        Array.from(
          { length: 12 },
          (_, k) => trainedBeside(data, measured, { ...setting, width, seed: `${k}` }).robustError,
        ),
      );
      // Monte Carlo: 800 measured rows, over the same test rows for all trainings; and 2 per cent for equivalence.
      const spread = Math.sqrt((robustError * (1 - robustError)) / 400);
      expect(Math.abs(trained.value - robustError)).toBeLessThan(
        3 * Math.hypot(trained.standardError, spread),
      );
      expect(error).toBeLessThan(robustError);
    }
  });

  it('are the share of the rarer class where an attack lets nothing be learnt', async () => {
    const data = labelled(300, (y) => (y > 0.9 ? 1 : -1));
    const { best } = await predictOnData(data, { n: 60, eps: 50, widths: [8], share: 1 });
    const rare = data.y.filter((label) => label > 0).length / 300;
    expect(best.phase).toBe('null');
    expect(best.errors!.error).toBeCloseTo(rare, 12);
    expect(best.errors!.robustError).toBeCloseTo(rare, 12);
  });

  it('are absent for targets that are no labels', async () => {
    const { best } = await predictOnData(
      labelled(200, (y) => y),
      { n: 60, eps: 0.1, widths: [8] },
    );
    expect(best.errors).toBeNull();
  });
});

describe('predictClassesOnData', () => {
  const kinds = labelled(240, (y) => (y < -0.5 ? 0 : y < 0.6 ? 1 : 2));
  const grid = { n: [60, 90], eps: 0.2, lambda: 0.1, widths: [8], epsTest: 0.3 };

  it('predicts each class against the rest, and bounds the error of the largest output by the sum', async () => {
    const names = ['a', 'b', 'c'];
    const progress: number[] = [];
    const onProgress = (done: number, total: number) => progress.push(done / total);
    const { predictions, best, measuredRows } = await predictClassesOnData(kinds, names, {
      ...grid,
      onProgress,
    });
    expect(measuredRows).toBe(120);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6].map((k) => k / 6));
    for (const [k] of names.entries()) {
      const alone = await predictOnData({ ...kinds, y: kinds.y.map((y) => (y === k ? 1 : -1)) }, grid);
      expect(predictions.map(({ classes }) => classes[k])).toEqual(alone.predictions);
    }
    for (const { classes, errorAtMost, robustErrorAtMost, adversarialRisk } of predictions) {
      const [a, b, c] = classes.map(({ errors }) => errors!);
      expect(errorAtMost).toBeCloseTo(Math.min(1, a!.error + b!.error + c!.error), 12);
      expect(robustErrorAtMost).toBeCloseTo(
        Math.min(1, a!.robustError + b!.robustError + c!.robustError),
        12,
      );
      expect(best.adversarialRisk).toBeLessThanOrEqual(adversarialRisk);
    }
  });

  it('refuses what are no positions of classes, and a class without rows', async () => {
    await expect(predictClassesOnData(kinds, ['a', 'b'], grid)).rejects.toThrow('invalid classes');
    await expect(
      predictClassesOnData(
        labelled(50, (y) => y),
        ['a', 'b', 'c'],
        grid,
      ),
    ).rejects.toThrow('invalid y');
    await expect(predictClassesOnData(kinds, ['a', 'b', 'c', 'd'], grid)).rejects.toThrow(
      'no row is of the class "d"',
    );
  });
});
