import { describe, expect, it } from 'vitest';
import { erf, newTruncatedGaussian, normalCdf, truncatedGaussian } from '../../src/numerics/gaussian.ts';
import { fastNormalCdf, fastOddCdf } from '../../src/theory/channels/normalTable.ts';

/** Roundings of a few operations, relative. */
const ROUNDING = 3e-15;
/** What the table for integrands promises: of Phi absolute, of its odd part relative. */
const TABLE = 1e-15;

/** u, p, above, maxwell, excess and excessSquared, by mpmath to 400 digits: erfc, and differences that cancel. */
const ROWS: readonly (readonly number[])[] = [
  [
    0.03125, 0.7974950638319334, 0.9750701651312458, 8.114124006337099e-6, 0.7670241211715819,
    0.9511006613446338,
  ],
  [
    0.0318, 0.797481236384271, 0.9746315466376404, 8.550045339744892e-6, 0.766487953201194,
    0.9502572297258425,
  ],
  [0.3, 0.7627756309210482, 0.7641771556220948, 0.006990155101590822, 0.5335224842344197, 0.6041204103517688],
  [
    0.93, 0.5177610934622977, 0.3523710844905158, 0.16611109858954734, 0.19005598488611794,
    0.17561901854642611,
  ],
  [
    0.9999, 0.4839898431830292, 0.3173589044275252, 0.1986996513737639, 0.16666267464594678,
    0.15071289604904298,
  ],
  [1.0, 0.4839414490382867, 0.3173105078629141, 0.1987480430987992, 0.1666309411753726, 0.1506795666875415],
  [
    1.0625, 0.4537338539376253, 0.2880087580039419, 0.22989902218733124, 0.14772454855843703,
    0.13105142516060253,
  ],
  [
    1.7, 0.18809815475377387, 0.08913092551708608, 0.5911022114014983, 0.036575581374727516,
    0.02695243718004931,
  ],
  [
    2.4375, 0.04090534754556279, 0.014789214221761394, 0.8855040011359293, 0.004856637880019392,
    0.002951159389214127,
  ],
  [
    2.97, 0.009694065811957892, 0.00297799749047493, 0.9682306270480101, 0.0008494132652473493,
    0.00045524009269030214,
  ],
  [
    3.0, 0.008863696823876015, 0.002699796063260189, 0.9707091134651118, 0.0007643086340954472,
    0.00040687016097384746,
  ],
  [
    3.0625, 0.007333924692588452, 0.0021949647548757294, 0.9753448908740722, 0.0006118451307815313,
    0.0003211890418572897,
  ],
  [
    4.3, 7.707039348417426e-5, 1.7079810941983622e-5, 0.999651517497076, 3.627206433644681e-6,
    1.4828232773114935e-6,
  ],
  [
    5.5625, 1.5244004318565205e-7, 2.659370316112778e-8, 0.9999991254585566, 4.512569351878782e-9,
    1.492536141302059e-9,
  ],
  [8.9, 5.031611553902813e-18, 5.584668749879293e-19, 1.0, 6.125636651024182e-20, 1.328521304677707e-20],
  [14.0625, 9.124833147476124e-44, 6.45644350499856e-45, 1.0, 4.545946857189877e-46, 6.37057370752955e-47],
  [
    22.3, 8.256359762766063e-109, 3.695002790380153e-110, 1.0, 1.6503540218321299e-111,
    1.471332169450327e-112,
  ],
  [
    31.5, 2.7389886161595344e-216, 8.686465202063544e-218, 1.0, 2.7520775095181408e-219,
    1.742104708140023e-220,
  ],
  [
    37.0, 4.240013103049211e-298, 1.1451142445049154e-299, 1.0, 3.0903983810244048e-301,
    1.6668435258855448e-302,
  ],
];

const apart = (found: number, wanted: number): number => Math.abs(found / wanted - 1);

describe('moments of |G| about a threshold', () => {
  it.each(ROWS)('are known to all digits at %d', (u, p, above, maxwell, excess, excessSquared) => {
    const found = truncatedGaussian(u!, newTruncatedGaussian());
    const wanted = {
      p: p!,
      above: above!,
      maxwell: maxwell!,
      excess: excess!,
      excessSquared: excessSquared!,
    };
    for (const name of Object.keys(wanted) as (keyof typeof wanted)[])
      expect(apart(found[name], wanted[name]), name).toBeLessThan(ROUNDING);
    expect(apart(normalCdf(-u!), above! / 2)).toBeLessThan(ROUNDING);
    expect(apart(normalCdf(u!), 1 - above! / 2)).toBeLessThan(ROUNDING);
    expect(apart(erf(-u! / Math.SQRT2), -(maxwell! + u! * p!))).toBeLessThan(ROUNDING);
    expect(Math.abs(fastNormalCdf(u!) - (1 - above! / 2))).toBeLessThan(TABLE);
    expect(Math.abs(fastNormalCdf(-u!) - above! / 2)).toBeLessThan(TABLE);
    expect(apart(fastOddCdf(-u!), -(maxwell! + u! * p!))).toBeLessThan(TABLE);
  });

  it('go on across every change of the series', () => {
    for (let step = 16; step <= 16 * 37; step++) {
      const u = step / 16;
      const nudge = 2 ** -45;
      const [left, right] = [u - nudge, u].map((at) => truncatedGaussian(at, newTruncatedGaussian()));
      // d above = -p du, d excess = -above du, d excessSquared = -2 excess du
      expect(apart(left!.above, right!.above + nudge * right!.p)).toBeLessThan(ROUNDING);
      expect(apart(left!.excess, right!.excess + nudge * right!.above)).toBeLessThan(ROUNDING);
      expect(apart(left!.excessSquared, right!.excessSquared + 2 * nudge * right!.excess)).toBeLessThan(
        ROUNDING,
      );
    }
  });

  it('have their limits beyond the range of numbers', () => {
    const limits = { p: 0, above: 0, maxwell: 1, excess: 0, excessSquared: 0 };
    for (const u of [38.9, 39, 1e9, Number.POSITIVE_INFINITY])
      expect(truncatedGaussian(u, newTruncatedGaussian())).toEqual(limits);
    expect([normalCdf(-40), normalCdf(40), normalCdf(0)]).toEqual([0, 1, 0.5]);
  });
});
