import { describe, expect, it } from 'vitest';
import { figurePoints } from '../../src/figures/figurePoints.ts';
import { plotName, type SweepPlotOptions, sweepPlan } from '../../src/sweep/sweepPlot.ts';
import { sweepCells } from '../../src/sweep/sweepSpec.ts';
import { asymptoticRisk, deepRandomFeatures, randomFeatures } from '../../src/theory/index.ts';

const swept = {
  d: [50, 100],
  psi1: { from: 0.5, to: 8, count: 9, scale: 'log' },
  psi2: 2.1,
  eps: [0, 0.3],
  tau: 0.2,
  method: 'exact',
};
const folderOf = (seeds: number, cells: object) => ({ out: '', cells: sweepCells({ seeds, cells }) });
const folder = folderOf(5, swept);
const plan = (options: Partial<SweepPlotOptions>, of = folder) =>
  sweepPlan(of, { x: 'psi1', y: 'AR', ...options });

describe('the picture of a sweep', () => {
  it('has a curve and its points for each value of one field, at the held value of another', () => {
    const { panels, x } = plan({ by: 'eps', where: ['d=100'] });
    expect(x).toEqual({ label: 'width $\\psi_1 = N/d$', scale: 'log' });
    expect(panels).toHaveLength(1);
    expect(panels[0]!.curves.map((curve) => curve.label)).toEqual([
      '$\\varepsilon = 0$',
      '$\\varepsilon = 0.3$',
    ]);
    for (const [i, { spots }] of panels[0]!.measured.entries()) {
      expect(spots).toHaveLength(9);
      for (const { x: at, cells } of spots) {
        expect(cells.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4]);
        for (const cell of cells) expect(cell).toMatchObject({ d: 100, psi1: at, eps: [0, 0.3][i] });
      }
    }
  });

  it('is of errors where the sweep is of classifiers', () => {
    const classes = {
      d: 50,
      psi1: [1, 2, 4],
      psi2: 3,
      eps: 0.3,
      lambda: 0.1,
      loss: ['logistic', 'hinge'],
      flip: 0.1,
    };
    const { panels, y, caption } = plan({ by: 'loss' }, folderOf(2, classes));
    expect(y.label).toBe('robust error');
    expect(caption).toContain('robust error against psi1, for each loss.');
    expect(caption).toContain('Radius at test: its eps.');
    expect(panels[0]!.curves.map(({ label }) => label)).toEqual(['logistic', 'hinge']);
    const { x: psi1, y: drawn } = panels[0]!.curves[1]!.points[80]!;
    const problem = { psi2: 3, eps: 0.3, lambda: 0.1, flip: 0.1, loss: 'hinge' } as const;
    expect(drawn).toBeCloseTo(asymptoticRisk(randomFeatures({ psi1 }), problem).robustError, 9);
  });

  it('tells apart what cells leave unsaid: the norm l2 and a Gaussian signal', () => {
    const both = { ...swept, d: 50, eps: 0.3, norm: ['l2', 'linf'] };
    const labels = (by: string, cells: object): string[] =>
      plan({ by, where: [] }, folderOf(2, cells)).panels[0]!.curves.map(({ label }) => label);
    expect(labels('norm', both)).toEqual(['l2', 'linf']);
    const signals = { ...both, norm: 'linf', signal: ['gaussian', 'sparse:0.1'] };
    expect(labels('signal', signals)).toEqual(['gaussian', 'sparse:0.1']);
    // A sweep of l2 alone is the one that names no norm.
    expect(sweepCells({ seeds: 1, cells: { ...swept, norm: 'l2' } })).toEqual(
      sweepCells({ seeds: 1, cells: swept }),
    );
  });

  it('says at its foot what is held, over how many seeds means are, and what bars are', () => {
    const of = (seeds: number): string => plan({ by: 'eps', where: ['d=100'] }, folderOf(seeds, swept)).note!;
    const held = '$\\psi_2 = 2.1$, $\\lambda = 0$, $\\tau = 0.2$';
    expect(of(5)).toBe(`${held}; means over 5 seeds, bars: one standard error`);
    expect(of(1)).toBe(`${held}; one seed`);
  });

  it('averages over seeds, with their standard error', () => {
    const where = ['d=50', 'eps=0.3'];
    const [panel] = figurePoints(plan({ where }), ({ seed }) => ({
      standardRisk: { value: 1, standardError: 9, count: 2000 },
      adversarialRisks: [{ value: seed, standardError: 9, count: 2000 }],
      thetaNormSquared: 1,
      training: { iterations: 1, residual: 0, converged: true },
    }));
    // Of 0, 1, 2, 3, 4: mean 2, sample variance 2.5.
    for (const { y } of panel![0]!)
      expect(y.simulated).toMatchObject({ value: 2, standardError: Math.sqrt(2.5 / 5) });
  });

  it('says in its caption what is held, how many seeds there are and what the bars are', () => {
    const { caption } = plan({ by: 'eps', where: ['d=100'] });
    expect(caption).toContain('AR against psi1, for each eps.');
    expect(caption).toContain('means over 5 seeds; bars: one standard error over seeds.');
    for (const held of [
      'psi2 = 2.1',
      'd = 100',
      'tau = 0.2',
      'lambda = 0',
      'activation = shifted-relu',
      'method = exact',
    ])
      expect(caption).toContain(held);
    expect(caption).not.toContain('psi1 =');
    expect(caption).not.toContain('eps =');
    expect(plan({ by: 'eps' }, folderOf(1, { ...swept, d: 50 })).caption).toContain(
      'one seed, without error bars',
    );
  });

  it('finds values that were rounded, and radii at test by their value', () => {
    const rounded = plan({ x: 'd', by: 'eps', where: ['psi1=1.41'] });
    expect(rounded.panels[0]!.measured[0]!.spots[0]!.cells[0]!.psi1).toBeCloseTo(Math.SQRT2, 10);
    const tested = folderOf(2, { d: 20, psi1: [0.5, 4], psi2: 3, eps: 0.3, epsTest: [0, 0.25] });
    const result = {
      standardRisk: { value: 1, standardError: 0, count: 9 },
      adversarialRisks: [2, 3].map((value) => ({ value, standardError: 0, count: 9 })),
      thetaNormSquared: 1,
      training: { iterations: 1, residual: 0, converged: true },
    };
    const { panels, caption } = plan({ where: ['epsTest=0.25'] }, tested);
    expect(panels[0]!.measured[0]!.spots[0]!.y.simulated(result, tested.cells[0]!)).toBe(3);
    expect(caption).toContain('Radius at test: 0.25.');
    expect(() => plan({}, tested)).toThrow('the sweep varies epsTest (0, 0.25) as well');
  });

  it.each<[Partial<SweepPlotOptions>, string]>([
    [{ by: 'eps' }, 'the sweep varies d (50, 100) as well: choose one value, such as --where d=100'],
    [
      {},
      'the sweep varies d (50, 100) and eps (0, 0.3) as well: choose one value, such as --where d=100 --where eps=0.3, or draw a curve for each with --by d',
    ],
    [{ x: 'psi2', where: ['d=50'] }, 'invalid x: "psi2" (expected a numeric field with at least two values'],
    [{ x: 'd', where: ['d=50'] }, 'invalid x: "d"'],
    [{ x: 'seed' }, 'invalid x: "seed"'],
    [{ x: 'psi' }, 'invalid x: "psi" (expected psi1?)'],
    [{ by: 'colour' }, 'invalid by: "colour" (expected one of psi1, psi2, d'],
    [{ by: 'psi1' }, 'invalid by: "psi1" (expected another field'],
    [{ where: ['d'] }, 'invalid where: "d" (expected field=value'],
    [{ where: ['d=70'] }, `invalid where: "d=70" (expected one of the sweep's values: 50, 100)`],
    [{ where: ['eps= '] }, 'invalid where: "eps= "'],
    [{ where: ['dd=50'] }, 'invalid where: "dd" (expected d?)'],
    [
      { by: 'eps', where: ['d=50'], y: 'robustError' },
      'invalid y: "robustError" (expected SR or AR: this sweep is of no classification)',
    ],
  ])('refuses %j by name', (options, message) => {
    expect(() => plan(options)).toThrow(message);
  });

  it('has the theory of deep frozen layers, whose widths go with psi1', () => {
    const widths = [
      [2, 1],
      [2, 4],
    ];
    const cells = { d: 40, psi2: 2, eps: 0.3, tau: 0.2, network: 'deep-frozen', widths };
    const { panels, caption } = plan({}, folderOf(2, cells));
    const { points } = panels[0]!.curves[0]!;
    const risk = (psi1: number) =>
      asymptoticRisk(deepRandomFeatures({ widths: [2, psi1] }), { psi2: 2, eps: 0.3, tau: 0.2 });
    expect(points).toHaveLength(160);
    for (const k of [0, 60, 159]) expect(points[k]!.y).toBeCloseTo(risk(points[k]!.x).adversarialRisk, 9);
    expect(panels[0]!.measured[0]!.spots.map(({ x }) => x)).toEqual([1, 4]);
    expect(caption).not.toContain('widths =');
    expect(caption).toContain('network = deep-frozen');
  });

  it('draws networks without a theory by their points alone, and names them there', () => {
    const cells = { d: 20, psi2: 2, eps: [0.1, 0.3], network: ['lazy', 'trained'], widths: [2] };
    const { panels, caption } = plan({ x: 'eps', by: 'network' }, folderOf(2, cells));
    expect(panels[0]!.curves).toEqual([]);
    expect(panels[0]!.measured.map(({ label }) => label)).toEqual(['lazy', 'trained']);
    expect(caption).toContain('No theory is drawn.');
    expect(caption).toContain('widths = 2');
    const several = { ...cells, network: 'lazy', widths: [[1], [2]] };
    expect(() => plan({ x: 'eps' }, folderOf(2, several))).toThrow('the sweep varies widths (1, 2) as well');
  });

  it('has a file name of its own', () => {
    expect(plotName({ x: 'psi1', y: 'AR', by: 'eps', where: ['d=100'] })).toBe('AR-psi1-eps-d=100');
    expect(plotName({ x: 'psi1', y: 'SR' })).toBe('SR-psi1');
  });
});
