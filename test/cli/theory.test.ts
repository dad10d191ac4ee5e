import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  asymptoticRisk,
  bestActivation,
  bestWidth,
  criticalEps,
  deepRandomFeatures,
  linear,
  randomFeatures,
  robustCapacity,
  spiked,
} from '../../src/theory/index.ts';
import { rrf } from '../support/rrf.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-theory-'));
afterAll(() => rmSync(folder, { recursive: true }));

const theory = async (...words: string[]) => rrf('theory', ...words);
const json = async (...words: string[]) => {
  const { stdout, code } = await theory(...words, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout);
};
const point = ['--psi1', '2', '--psi2', '3', '--eps', '0.5', '--lambda', '0', '--tau', '0.5'];

describe('rrf theory', () => {
  it('gives the risks of a point, as JSON alone on standard output', async () => {
    const { stdout, code } = await theory(...point, '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer.standardRisk).toBeCloseTo(0.738042, 6);
    expect(answer.adversarialRisk).toBeCloseTo(1.418823, 6);
    expect(answer).toMatchObject({ psi1: 2, psi2: 3, eps: 0.5, lambda: 0, tau: 0.5, phase: 'learning' });
    expect(await json('point', ...point)).toEqual(answer);
  });

  it('says the same in words, with certificate and sensitivities if asked', async () => {
    const { stdout } = await theory(...point, '--certify', '--sensitivities');
    expect(stdout).toMatch(/standardRisk +0\.738042/);
    expect(stdout).toMatch(/certificate +Theorem 4\.2, error \d\.\de-1/);
    expect(stdout).toMatch(/^ +psi1 +-0\.0887/m);
  });

  it('trains against linf on any signal, says what radii mean, and attacks in either norm', async () => {
    const attacked = [...point, '--norm', 'linf', '--test-norm', 'l2', '--signal', 'sparse:0.2:gaussian'];
    const direct = asymptoticRisk(randomFeatures({ psi1: 2 }), {
      psi2: 3,
      eps: 0.5,
      tau: 0.5,
      norm: 'linf',
      testNorm: 'l2',
      signal: { law: 'sparse', share: 0.2, entries: 'gaussian' },
    });
    const answer = await json(...attacked);
    expect(answer).toMatchObject({ radiusUnit: 'in linf eps/sqrt(d) per coordinate', norm: 'linf' });
    expect(answer.adversarialRisk).toBe(direct.adversarialRisk);
    expect((await theory(...attacked)).stdout).toContain(`gradientNormLinf      ${direct.gradientNorm}`);
    const along = ['curve', '--psi1', '2', '--psi2', '3', '--norm', 'linf', '--signal', 'discrete:0,1'];
    const { stderr } = await theory(...along, '--grid', 'eps=0.1,0.2');
    expect(stderr).toContain('in linf eps/sqrt(d) per coordinate');
    const capacity = await json('capacity', '--psi1', '2', '--eps', '0.3', '--norm', 'linf');
    expect(capacity.psi2).toBe(robustCapacity(randomFeatures({ psi1: 2 }), { eps: 0.3, norm: 'linf' }).psi2);
    const phase = await json(
      'phase',
      '--psi1',
      '2',
      '--psi2',
      '3',
      '--norm',
      'linf',
      '--signal',
      'rademacher',
    );
    expect(phase.criticalEps).toBe(
      criticalEps(randomFeatures({ psi1: 2 }), { psi2: 3, norm: 'linf', signal: 'rademacher' }),
    );
  });

  it('draws a curve as table, plot, CSV, JSON and SVG', async () => {
    const question = ['curve', '--psi2', '3', '--eps', '0.3', '--tau', '0.1', '--grid', 'psi1=0.1:100:7:log'];
    const file = join(folder, 'curve.svg');
    const plain = await theory(...question, '--plot', file);
    expect(plain.stdout.split('\n')[0]).toMatch(/psi1 +standardRisk +adversarialRisk/);
    expect(plain.stdout).toContain('* adversarial risk');
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg[\s\S]+<\/svg>$/);

    const csv = (await theory(...question, '--csv')).stdout.trim().split('\n');
    expect(csv).toHaveLength(8);
    const header = csv[0]!.split(',');
    const last = csv.at(-1)!.split(',');
    const direct = asymptoticRisk(randomFeatures({ psi1: 100 }), { psi2: 3, eps: 0.3, tau: 0.1 });
    expect(Number(last[header.indexOf('adversarialRisk')])).toBeCloseTo(direct.adversarialRisk, 9);
    const { curve, parameter, ...settings } = await json(...question);
    expect([parameter, settings.psi2, settings.psi1]).toEqual(['psi1', 3, undefined]);
    expect(curve.at(-1).adversarialRisk).toBeCloseTo(direct.adversarialRisk, 9);
  });

  it('answers for a classifier: errors, curves of them, what is best', async () => {
    const question = ['--psi1', '2', '--psi2', '3', '--eps', '0.3', '--lambda', '0.01', '--tau', '0.5'];
    const classes = [...question, '--loss', 'logistic', '--labels', 'probit', '--flip', '0.05'];
    const options = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, loss: 'logistic', flip: 0.05 } as const;
    const direct = asymptoticRisk(randomFeatures({ psi1: 2 }), options);
    const answer = await json(...classes);
    expect(answer).toMatchObject({ loss: 'logistic', labels: 'probit', flip: 0.05, phase: 'learning' });
    expect(answer.robustError).toBeCloseTo(direct.robustError, 12);
    expect(answer.criticalEps).toBe(criticalEps(randomFeatures({ psi1: 2 }), options));
    const { stdout } = await theory(...classes);
    expect(stdout).toMatch(/robustError +0\.495/);
    expect(stdout).not.toContain('object');
    const hinge = ['--psi1', '2', '--psi2', '3', '--loss', 'hinge', '--lambda', '0.1'];
    const curve = await theory('curve', ...hinge, '--eps', '0.3', '--grid', 'flip=0,0.1');
    expect(curve.stdout.split('\n')[0]).toMatch(/flip +error +robustError/);
    const best = await json('best', 'lambda', ...hinge.slice(0, 6), '--eps', '0.3', '--tau', '0.5');
    expect(best).toMatchObject({ where: 'inside' });
  });

  it('answers for other losses and noise, and says what does not go together', async () => {
    const question = ['--psi1', '2', '--psi2', '3', '--eps', '0.3', '--tau', '0.5'];
    const answer = await json(...question, '--loss', 'huber', '--threshold', '0.5', '--noise', 'laplace');
    const direct = asymptoticRisk(randomFeatures({ psi1: 2 }), {
      ...{ psi2: 3, eps: 0.3, tau: 0.5 },
      loss: { name: 'huber', threshold: 0.5 },
      noise: 'laplace',
    });
    expect(answer.standardRisk).toBeCloseTo(direct.standardRisk, 12);
    for (const [words, said] of [
      [['--loss', 'cubic'], 'invalid loss: "cubic"'],
      [['--threshold', '1'], 'invalid threshold: 1'],
      [['--flip', '0.1'], 'invalid flip: 0.1'],
      [['--loss', 'hinge', '--noise', 'laplace'], 'invalid noise: "laplace"'],
      [['--loss', 'hinge', '--certify'], 'invalid certify'],
    ] as const) {
      const { stderr, code } = await theory(...question, ...words);
      expect(code).toBe(2);
      expect(stderr).toContain(said);
    }
  });

  it('answers for inputs of another covariance, in every question', async () => {
    const covariance = spiked({ share: 0.1, ratio: 10 });
    const map = randomFeatures({ psi1: 2, covariance });
    const options = { psi2: 3, eps: 0.3, tau: 0.5 };
    const question = ['--psi2', '3', '--eps', '0.3', '--tau', '0.5', '--spectrum', 'spiked:0.1:10'];
    const random = [...question, '--psi1', '2'];
    const answer = await json(...random);
    expect(answer).toMatchObject({ spectrum: 'spiked:0.1:10', phase: 'learning' });
    expect(answer.adversarialRisk).toBeCloseTo(asymptoticRisk(map, options).adversarialRisk, 12);
    const deep = await json(...question, '--features', 'deep', '--widths', '2,1');
    const two = deepRandomFeatures({ widths: [2, 1], covariance });
    expect(deep.adversarialRisk).toBeCloseTo(asymptoticRisk(two, options).adversarialRisk, 12);
    const ofInputs = await json(...question, '--features', 'linear');
    const straight = asymptoticRisk(linear({ covariance }), options);
    expect(ofInputs.adversarialRisk).toBeCloseTo(straight.adversarialRisk, 12);
    const best = await json('best', 'width', ...question);
    expect(best.psi1).toBeCloseTo(bestWidth(map, options).at, 9);
    const activation = await json('best', 'activation', ...random);
    expect(activation.adversarialRisk).toBeCloseTo(
      bestActivation({ psi1: 2, covariance }, options).risk.adversarialRisk,
      12,
    );
    for (const [words, said] of [
      [['--spectrum', 'pow:1'], 'invalid spectrum: "pow:1" (expected \'isotropic\', '],
      [
        ['--spectrum', 'spiked:2:3'],
        'invalid spectrum: "spiked:2:3" (expected share: a number between 0 and 1)',
      ],
      [['--spectrum', 'power:1', '--certify'], 'no certificate for random features with covariance'],
    ] as const) {
      const { stderr, code } = await theory(...random.slice(0, 6), '--psi1', '2', ...words);
      expect(code).toBe(2);
      expect(stderr).toContain(said);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it('knows how many rows can be fitted robustly', async () => {
    const question = ['capacity', '--psi1', '2', '--eps', '0.3', '--tau', '0.5'];
    const { psi2 } = robustCapacity(randomFeatures({ psi1: 2 }), { eps: 0.3, tau: 0.5 });
    expect((await json(...question)).psi2).toBeCloseTo(psi2, 12);
    const { stdout } = await theory(...question.slice(0, 1), ...question.slice(3), '--grid', 'psi1=1,2');
    expect(stdout).toContain(psi2.toPrecision(6));
    const wrong = await theory(...question, '--loss', 'hinge');
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('invalid loss: "hinge"');
  });

  it('draws a surface', async () => {
    const question = ['surface', '--features', 'deep', '--widths', '2,1', '--psi2', '3', '--tau', '0.5'];
    const grids = ['--grid', 'width2=0.5,1,2', 'eps=0.1:0.4:4'];
    const { risks } = await json(...question, ...grids);
    const direct = asymptoticRisk(deepRandomFeatures({ widths: [2, 2] }), { psi2: 3, tau: 0.5, eps: 0.4 });
    expect(risks[3][2].adversarialRisk).toBeCloseTo(direct.adversarialRisk, 9);
    const { stdout } = await theory(...question, ...grids);
    expect(stdout.trim().split('\n')).toHaveLength(3 + 4);

    const file = join(folder, 'surface.png');
    const even = ['--grid', 'width2=0.5:2:3:log', 'eps=0.4:0.1:4', '--plot', file];
    expect(await theory(...question, ...even)).toMatchObject({ code: 0 });
    expect(readFileSync(file).toString('latin1')).toMatch(/^\x89PNG/);
    // Contours need evenly spaced values.
    expect(await theory(...question, ...grids, '--plot', file)).toMatchObject({ code: 2, stdout: '' });
  });

  it('tells phases and critical radii', async () => {
    const critical = criticalEps(randomFeatures({ psi1: 0.5 }), { psi2: 3, tau: 0.5 });
    const one = await json('phase', '--psi1', '0.5', '--psi2', '3', '--tau', '0.5', '--eps', '0.7');
    expect(one).toMatchObject({ phase: 'null', criticalEps: critical });
    const many = await json('phase', '--psi2', '3', '--tau', '0.5', '--grid', 'psi1=0.25,0.5');
    expect(many[1].criticalEps).toBe(critical);
    const attacked = await json(
      'phase',
      ...['--psi1', '1', '--psi2', '3', '--eps', '0.1', '--grid', 'eps-test=0.2,0.3'],
    );
    expect(attacked).toMatchObject([{ epsTest: 0.2 }, { epsTest: 0.3 }]);
  });

  it('finds the best width, penalty, activation and the peak', async () => {
    const at = ['--psi2', '3', '--tau', '0.1'];
    const widths = await json('best', 'width', ...at, '--grid', 'eps=0.1,0.3');
    expect(widths[1].psi1).toBeCloseTo(7.2897, 3);
    expect(widths[0].psi1).toBeLessThan(widths[1].psi1);
    expect((await json('best', 'lambda', ...at, '--psi1', '2', '--eps', '0.3')).lambda).toBeGreaterThan(0);
    expect(await json('best', 'activation', ...at, '--psi1', '2', '--eps', '0.3')).toHaveProperty(
      'bestNamed',
    );
    const peaks = await json('best', 'peak', ...at, '--grid', 'eps=0.01,0.3,0.5,0.8');
    expect(peaks[0].psi1).toBeCloseTo(3, 0);
    expect(peaks[1].psi1).toBeCloseTo(3.7, 1);
    expect(peaks[2].psi1).toBeCloseTo(4.6, 1);
    expect(peaks[3]).toMatchObject({ psi1: null, where: 'no peak' });
  });

  it('remarks on answers that need one: at an end of the search, no peak, equal energy', async () => {
    const wide = await theory(
      'best',
      'width',
      '--psi2',
      '3',
      '--eps',
      '0',
      '--tau',
      '0.1',
      '--lambda',
      '0.1',
    );
    expect(wide.stderr).toContain('psi1 is at the upper end of the search, 1000');
    const none = await theory('best', 'peak', '--psi2', '3', '--tau', '0.1', '--eps', '0.8');
    expect(none.stderr).toContain('no peak: followed from eps = lambda = 0');
    const problem = [
      '--psi1',
      '3.211',
      '--psi2',
      '4.548',
      '--eps',
      '.05',
      '--lambda',
      '.012',
      '--tau',
      '.989',
    ];
    const sigma = await theory('best', 'activation', ...problem, '--json');
    expect(sigma.stderr).toContain('compared at E sigma^2 = 1');
    expect(sigma.stderr).toContain('nonlinearity is at the lower end');
    const row = JSON.parse(sigma.stdout);
    expect(row.adversarialRisk).toBeLessThan(row['adversarialRisk of bestNamed']);
    const inside = await theory('best', 'width', '--psi2', '3', '--eps', '0.3', '--tau', '0.1');
    expect(inside.stderr).toBe('');
  });

  it.each([
    [['--psi1', '0', '--psi2', '3', '--eps', '1'], 'invalid psi1: 0'],
    [['--psi1', '1', '--psi2', '3', '--eps', '-1'], 'invalid eps: -1'],
    [['--psi1', '1', '--psi2', '3', '--eps', 'x'], 'invalid eps: "x" (expected a number)'],
    [['--psi1', '1', '--psi2', '3', '--eps', ''], 'invalid eps: "" (expected a number)'],
    [['phase', '--psi1', '1', '--psi2', '3', '--lambda', '-1'], 'invalid lambda: -1'],
    [['--psi1', '1', '--psi2', '3', '--eps', '1', '--tau', '-1'], 'invalid tau: -1'],
    [['--psi1', '1', '--psi2', '3', '--eps', '1', '--activation', 'swoosh'], 'invalid activation: "swoosh"'],
    [['--psi2', '3', '--eps', '1'], 'missing --psi1'],
    [['--features', 'deep', '--psi2', '3', '--eps', '1'], 'missing --widths'],
    [['--features', 'cnn', '--psi2', '3', '--eps', '1'], 'invalid features: "cnn"'],
    [['curve', '--psi1', '1', '--psi2', '3', '--eps', '1'], 'missing --grid'],
    [['curve', '--psi1', '1', '--psi2', '3', '--eps', '1', '--grid', 'tau=1:2'], 'invalid grid: "tau=1:2"'],
    [['curve', '--psi1', '1', '--psi2', '3', '--eps', '1', '--grid', 'hue=1,2'], 'invalid parameter: "hue"'],
    [['best', 'luck', '--psi1', '1', '--psi2', '3', '--eps', '1'], 'invalid what: "luck"'],
    [[...point, '--norm', 'l1'], 'one of l2, linf'],
    [[...point, '--signal', 'sparse:0.1'], '--test-norm linf'],
    [[...point, '--norm', 'linf', '--signal', 'sparse:0.1:x'], 'sparse[:share[:gaussian]]'],
    [[...point, '--norm', 'linf', '--signal', 'sparse:2'], 'a probability in (0, 1]'],
    [[...point, '--norm', 'linf', '--certify'], 'no certificate'],
    [
      ['--features', 'deep', '--widths', '2', '--psi2', '3', '--eps', '1', '--norm', 'linf'],
      'no closed form',
    ],
  ])('answers %j in one line with exit code 2', async (words, shown) => {
    const { stdout, stderr, code } = await theory(...words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(shown);
  });

  it('leaves no file behind when there is nothing to draw, and names a folder that cannot be written', async () => {
    const file = join(folder, 'peak.svg');
    const peak = ['curve', '--psi2', '3', '--eps', '0', '--grid', 'psi1=3'];
    const empty = await theory(...peak, '--plot', file);
    expect(empty).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(file)).toBe(false);
    const curve = ['curve', '--psi1', '1', '--psi2', '3', '--grid', 'eps=0:1:5', '--plot'];
    const made = join(folder, 'new', 'folder', 'curve.svg');
    expect((await theory(...curve, made)).code).toBe(0);
    expect(existsSync(made)).toBe(true);
    const lost = await theory(...curve, join(made, 'curve.svg'));
    expect(lost).toMatchObject({ code: 2, stdout: '' });
    expect(lost.stderr).toContain(`cannot create "${made}": "${made}" is no folder`);
    const asFolder = join(folder, 'folder.svg');
    mkdirSync(asFolder);
    expect((await theory(...curve, asFolder)).stderr).toContain(`cannot write "${asFolder}": it is a folder`);
  });
});
