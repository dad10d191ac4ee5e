import { texNumber } from '../plots/axes.ts';
import { choicePanels } from '../plots/choicePanels.ts';
import { normSymbol } from '../plots/normSymbol.ts';
import type { TableTuning, TuneSplit } from '../table/tuneOnTable.ts';
import { type TuneChoiceName, tuneProfile } from '../table/tuneProfile.ts';
import type { PictureLook } from './picture.ts';

const TITLES: Readonly<Record<TuneChoiceName, string>> = {
  features: 'features',
  activation: 'activation',
  clip: 'clip',
  loss: 'loss',
  eps: '$\\varepsilon$ in training',
  lambda: '$\\lambda$',
};

/**
 * The least risk that each value of each choice allows, as an SVG string; a diamond where the choice fell.
 * @param tuning of which something had two values
 */
export function tuneFigure({ splits, settings, training }: TableTuning, look: PictureLook = {}): string {
  const [split] = splits as [TuneSplit];
  const { by, folds, epsTest, norm, measure, rule } = settings;
  const { chosen, least } = split;
  const profile = tuneProfile(split);
  const isError = measure === 'error';
  const what = isError ? 'robust error' : 'robust risk';
  const notes = [
    `attack in ${normSymbol(norm)}; estimated from ${training.rows.train} training rows by ${by === 'folds' ? `${folds} folds` : by}`,
    ...(isError || settings.classes || settings.several ? [] : ['as shares of the variance of the target']),
    'bars: one standard error of the difference from the least of all',
    ...(rule === 'one-standard-error' ? ['chosen: the simplest within one standard error of it'] : []),
  ];
  return choicePanels({
    ...look,
    panels: profile.map(({ choice, values }) => ({
      title: TITLES[choice],
      values: values.map(({ value, best, excess, chosen: isChosen }) => ({
        label: value === null ? 'none' : String(value),
        y: best.robust.value,
        standardError: Number.isFinite(excess.standardError) ? excess.standardError : 0,
        ...(isChosen ? { chosen: chosen.robust.value } : {}),
      })),
    })),
    yLabel: `${what} at $\\varepsilon_{\\mathrm{test}} = ${texNumber(epsTest)}$`,
    legend: {
      values: `least ${what} with this value`,
      chosen: 'chosen',
      guide: 'least of all',
    },
    note: notes.join('; '),
    guide: least.robust.value,
    description: `${what} estimated by ${by} at radius ${epsTest} in ${norm}, along each choice: the least that each value allows, bars of one standard error of its difference from the least of all`,
  });
}
