import { UserError } from '../errors.ts';
import { choicePanels } from '../plots/choicePanels.ts';
import type { TableTuning, TuneSplit } from '../table/tuneOnTable.ts';
import { type TuneChoiceName, tuneProfile } from '../table/tuneProfile.ts';

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
 * @throws UserError when nothing had two values
 */
export function tuneFigure({ splits, settings }: TableTuning): string {
  const [split] = splits as [TuneSplit];
  const { chosen, least } = split;
  const profile = tuneProfile(split);
  if (profile.length === 0) throw new UserError('--plot needs a choice between at least two values');
  const what = settings.measure === 'error' ? 'robust error' : 'robust risk';
  return choicePanels({
    panels: profile.map(({ choice, values }) => ({
      title: TITLES[choice],
      values: values.map(({ value, best, excess, chosen: isChosen }) => ({
        label: value === null ? 'none' : String(value),
        y: best.robust.value,
        standardError: Number.isFinite(excess.standardError) ? excess.standardError : 0,
        ...(isChosen ? { chosen: chosen.robust.value } : {}),
      })),
    })),
    yLabel: `${what} at $\\varepsilon_{\\mathrm{test}} = ${settings.epsTest}$`,
    legend: {
      values: `least ${what} with this value`,
      chosen: 'chosen',
      bars: 'bars: one standard error of the difference from the least of all (dashed)',
    },
    guide: least.robust.value,
    description: `${what} estimated by ${settings.by} at radius ${settings.epsTest}, along each choice`,
  });
}
