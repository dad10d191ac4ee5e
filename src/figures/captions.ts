import { texNumber } from '../plots/axes.ts';
import { COLUMN_WIDTHS, type PictureOptions } from '../plots/paper.ts';
import type { Figure, FigurePlan, FigureSettings } from './figure.ts';
import { activationWords } from './shared.ts';

/** What a figure's picture says about itself: title, caption, settings at the foot, and the command that makes it. */
export function drawingOptions(
  figure: Figure,
  plan: FigurePlan,
  settings: FigureSettings,
  { version, width }: { readonly version: string; readonly width?: number },
): Required<Omit<PictureOptions, 'width'>> & Pick<PictureOptions, 'width'> {
  return {
    title: figure.summary,
    description:
      `${plan.caption} ${plan.setting ?? teacherSetting(settings)} ` +
      "Symbols that would hide each other stand side by side. Settings are this package's own choice.",
    creator: `robust-random-features ${version}`,
    source: command(figure, settings, width),
    note: plan.note ?? note(figure, settings) + (plan.surface ? '' : ', bars: one standard error'),
    ...(width !== undefined && { width }),
  };
}

/** How a figure's points came about, the usual way: simulation of the linear teacher beside its theory. */
function teacherSetting(settings: FigureSettings): string {
  const { psi2, tau, lambda, activations, seeds, testRows, attackSteps, method, cold, d } = settings;
  const start = cold
    ? 'from theta = 0'
    : 'from the optimum of the problem linearised in the perturbation, the first seed from theta = 0';
  return [
    `psi2 = n/d = ${psi2.join(', ')}, label noise tau = ${tau}, ridge lambda = ${lambda.join(', ')}, activation`,
    `${activations.join(', ')}, signal norm 1. Curves: asymptotic theory. Symbols: means over ${seeds} seeds at`,
    `d = ${d.join(' and ')}, bars of one standard error over seeds, ${testRows} fresh test rows for each seed; trained`,
    method === 'exact'
      ? 'to the exact optimum of the problem linearised in the perturbation'
      : `by gradient against PGD of ${attackSteps} steps, ${start} (eps = 0: exact least squares),`,
    'and tested against PGD of 10 steps unless said otherwise.',
  ].join(' ');
}

/** The settings of which the figure has one value each. */
function note({ varies, fixed = {} }: Figure, settings: FigureSettings): string {
  const { seeds, tau, activations } = settings;
  const single = (name: 'psi1' | 'psi2' | 'epsilons' | 'lambda', symbol: string): string[] =>
    varies.includes(name) || (name in fixed && name !== 'lambda')
      ? []
      : [`$${symbol} = ${texNumber(settings[name][0]!)}$`];
  const settingsShown = [
    ...single('psi1', 'N/d'),
    ...single('psi2', 'n/d'),
    ...single('epsilons', '\\varepsilon'),
    ...('tau' in fixed ? [] : [`$\\tau = ${texNumber(tau)}$`]),
    ...single('lambda', '\\lambda'),
    ...(varies.includes('activations') || 'activations' in fixed ? [] : [activationWords(activations[0]!)]),
  ];
  return `${settingsShown.join(', ')}; means over ${seeds} seeds`;
}

/** Settings as options of `rrf reproduce`. */
const OPTIONS: readonly (readonly [option: string, name: keyof FigureSettings])[] = [
  ['d', 'd'],
  ['psi1', 'psi1'],
  ['psi2', 'psi2'],
  ['epsilons', 'epsilons'],
  ['lambda', 'lambda'],
  ['tau', 'tau'],
  ['activations', 'activations'],
  ['seeds', 'seeds'],
  ['method', 'method'],
  ['test-rows', 'testRows'],
];

/** The command that makes the figure with these settings, from anywhere: `npx rrf` would fetch another package. */
function command(
  { name, defaults, quick }: Figure,
  settings: FigureSettings,
  width: number | undefined,
): string {
  const isQuick =
    settings.attackSteps !== defaults.attackSteps ||
    differing(settings, { ...defaults, ...quick }).length < differing(settings, defaults).length;
  const base = isQuick ? { ...defaults, ...quick } : defaults;
  const columns = Object.entries(COLUMN_WIDTHS).find(([, millimetres]) => millimetres === width)?.[0];
  return [
    `npx -p robust-random-features rrf reproduce ${name}`,
    ...(isQuick ? ['--quick'] : []),
    ...differing(settings, base).map(([option, key]) => `--${option} ${String(settings[key])}`),
    ...(settings.cold && !base.cold ? ['--cold'] : []),
    ...(columns === undefined ? [] : [`--columns ${columns}`]),
  ].join(' ');
}

const differing = (settings: FigureSettings, base: FigureSettings) =>
  OPTIONS.filter(([, key]) => String(settings[key]) !== String(base[key]));
