import { expect, it } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import type { CellResult } from '../../src/cells/cellResult.ts';
import type { FigureSettings } from '../../src/figures/figure.ts';
import { meanOver } from '../../src/figures/figurePoints.ts';
import { figureNamed, figures } from '../../src/figures/index.ts';

/** A simulation in which the risks, and |theta|^2, are one number that the cell decides. */
const measuring =
  (number: (cell: Cell) => number) =>
  (cell: Cell): CellResult => {
    const estimate = { value: number(cell), standardError: 0, count: 1 };
    return {
      standardRisk: estimate,
      adversarialRisks: cell.epsTest.map(() => estimate),
      thetaNormSquared: estimate.value,
      training: { iterations: 0, residual: 0, converged: true },
    };
  };

const alike = measuring(() => 2);
const nothing = measuring(() => 0);
const terrible = measuring(() => 100);
const betterWhenWide = measuring(({ psi1 }) => 1 / psi1);
const worseWhenWide = measuring(({ psi1 }) => psi1);
const fgmFindsLess = measuring(({ testAttack }) => (testAttack === 'fgm' ? 1 : 2));
const trainedIsWorse = measuring(({ network }) => (network === 'trained' ? 2 : 1));
const isotropicIsLess = measuring(({ spectrum }) => (spectrum === 'isotropic' ? 1 : 2));
const sparseIsLess = measuring(({ noise }) => (noise === 'sparse' ? 1 : 2));
const lossIsAll = measuring(({ loss }) => (loss === 'hinge' ? 1 : 2));
/** Every problem can be separated, whatever its size. */
const allSeparated = (cell: Cell): CellResult => {
  const result = alike(cell);
  return { ...result, training: { ...result.training, robustError: 0 } };
};

/** The training rows tell nothing of the risk. */
const nothingIsTold = (cell: Cell): CellResult => {
  const result = alike(cell);
  const leaveOneOut = nothing(cell);
  return { ...result, training: { ...result.training, leaveOneOut } };
};

type World = (cell: Cell) => CellResult;
/** Every claim of a figure, by its beginning, with a simulation that contradicts it; or settings at which theory does. */
const contradictions: Readonly<Record<string, readonly [string, World | Partial<FigureSettings>][]>> = {
  curse: [
    ['at eps = 0 the standard risk keeps falling', worseWhenWide],
    ['at eps = 0.3 the adversarial risk has a best width', { epsilons: [3] }],
    ['for N > n a vanishing eps is not eps = 0', terrible],
    ['at eps = 1 the narrowest model', betterWhenWide],
  ],
  'double-descent': [
    ['the peak of the standard risk moves', { epsilons: [0.1, 3] }],
    ['at eps = 0.1 the simulated risk is higher near the peak', worseWhenWide],
  ],
  'trade-off': [
    ['for psi1 = 1 adversarial training lowers both risks', alike],
    ['for psi1 = 8 and eps_test = 0.5', alike],
  ],
  'sample-size': [
    ['at eps = 0 many samples', alike],
    ['at eps = 0.3 many samples', alike],
    ['at eps = 0.6 many samples', alike],
  ],
  regularisation: [
    ['at these settings the adversarial risk with the best lambda', { epsilons: [3] }],
    ['at psi1 = 8 the adversarial risk is lower with lambda = 0.3', alike],
  ],
  'leave-one-out': [
    ['at eps = 0.1 the training rows alone', nothingIsTold],
    ['at eps = 0.5 the training rows alone', nothingIsTold],
  ],
  'train-test-eps': [['under an attack of radius 1 the model trained at eps = 0.6', alike]],
  'null-phase': [
    ['psi1 = 0.5:', terrible],
    ['psi1 = 1:', terrible],
    ['psi1 = 2:', nothing],
  ],
  activations: ['shifted-relu', 'tanh', 'gelu', 'sin', 'softplus'].map((name) => [name, { epsilons: [3] }]),
  attacks: [['the attacks agree', fgmFindsLess]],
  'finite-size': [
    ['SR: a simulation', terrible],
    ['AR: a simulation', terrible],
  ],
  linear: [
    ['the peak near d = n moves', { epsilons: [0.1, 3] }],
    ['near d = n adversarial training lowers', alike],
  ],
  noise: [
    ['at eps = 0.6 and psi1 = 4 sparse noise does less harm', alike],
    ['at eps = 0 the variance of the noise is all that matters', sparseIsLess],
  ],
  spectrum: [
    ['at eps = 0.2 every spectrum has a best width', { epsilons: [3] }],
    ['at eps = 0.2 and psi1 = 4 spiked inputs', isotropicIsLess],
  ],
  classification: [
    ['at psi1 = 8 training against eps = 0.4 raises even', alike],
    ['at psi1 = 2, which barely fits', alike],
  ],
  losses: [
    ['with every loss the error is worst near eps = 0.45', alike],
    ['the radius moves the error further', lossIsAll],
  ],
  capacity: [
    ['at eps = 0 most problems below', alike],
    ['at eps = 0.3 most problems below', nothing],
    ['at eps = 0.6 most problems below', allSeparated],
  ],
  linf: [
    ['trained and tested against linf, width psi1 = 2', betterWhenWide],
    ['robustness carries over: at psi1 = 2', alike],
  ],
  'sparse-signal': [
    ['where 2 per cent of the inputs matter', alike],
    ['where all of them matter', alike],
  ],
  'phase-diagram': [
    ['at eps = 0.2 and psi1 = 8', terrible],
    ['at eps = 1.4 and psi1 = 8', nothing],
  ],
  depth: [
    ['at eps = 0.3 every further layer', { epsilons: [3] }],
    ['at eps = 0.6 and the largest width', alike],
    ['on average over eps and widths', terrible],
  ],
  'trained-width': [
    ['at eps = 0.3 the widest fully trained network', trainedIsWorse],
    ['at eps = 0.3 and the largest width, training all layers', trainedIsWorse],
  ],
  'trained-width-digits': [
    ['at eps = 0.4 and the largest width, the fully trained network', trainedIsWorse],
    ['at eps = 0.4 and the largest width, training all layers', trainedIsWorse],
    ['the widest network of each kind', alike],
    ['trained at eps = 0.4, the widest fully trained network', alike],
  ],
};

it.each(figures.map(({ name }) => name))('every claim of %s can be contradicted', (name) => {
  const { defaults, plan } = figureNamed(name);
  const shipped = plan(defaults);
  const claims = shipped.claims.map(({ statement }) => statement);
  expect(contradictions[name]).toHaveLength(claims.length);
  for (const [i, [beginning, against]] of contradictions[name]!.entries()) {
    expect(claims[i]!.slice(0, beginning.length)).toBe(beginning);
    const [settings, world] =
      typeof against === 'function' ? [defaults, against] : [{ ...defaults, ...against }, alike];
    // At other settings a statement names other numbers.
    const kind = (statement: string): string => statement.replace(/[\d.]+/g, '#').slice(0, 40);
    const { claims: found } = settings === defaults ? shipped : plan(settings);
    const claim = found.find(({ statement }) => kind(statement) === kind(claims[i]!))!;
    expect(claim.check(meanOver(world)).holds, claim.statement).toBe(false);
  }
});

it.each(['trained-width', 'trained-width-digits'])(
  'the claims of %s hold of networks as it expects',
  (name) => {
    const { defaults, plan } = figureNamed(name);
    const asExpected = measuring(({ network, psi1, eps }) => {
      const level = network === 'trained' ? 1 : network === 'lazy' ? 2 : 3;
      return level + Math.log(psi1) ** 2 / 10 - eps;
    });
    for (const { statement, check } of plan(defaults).claims)
      expect(check(meanOver(asExpected)).holds, statement).toBe(true);
  },
);
