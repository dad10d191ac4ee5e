import { facesLinf } from '../state/norms.ts';
import { defaults, parameters, type Settings } from '../state/parameters.ts';
import { isClassifier, signalWord, spectrumName, widthsOf } from '../theory/ask.ts';
import { type Axis, libraryName } from '../theory/curve.ts';

/** What the command line needs to be told beyond its own defaults (shifted ReLU, no penalty, no noise). */
function options(settings: Settings, ...without: readonly Axis['name'][]): string[] {
  const { psi1, psi2, eps, epsTest, lambda, tau, activation, depth, loss, noise, labels, flip } = settings;
  const { norm, testNorm, signal, spectrum } = settings;
  const said: string[] = [];
  if (depth > 1) said.push('--features deep', `--widths ${widthsOf(settings).join(',')}`);
  else if (!without.includes('psi1')) said.push(`--psi1 ${psi1}`);
  if (!without.includes('psi2')) said.push(`--psi2 ${psi2}`);
  if (!without.includes('eps')) said.push(`--eps ${eps}`);
  if (epsTest !== null && !without.includes('epsTest')) said.push(`--eps-test ${epsTest}`);
  if (lambda !== 0 && !without.includes('lambda')) said.push(`--lambda ${lambda}`);
  if (tau !== 0 && !without.includes('tau')) said.push(`--tau ${tau}`);
  if (activation !== defaults.activation) said.push(`--activation ${activation}`);
  if (loss !== defaults.loss) said.push(`--loss ${loss}`);
  if (isClassifier(settings)) {
    if (labels !== defaults.labels) said.push(`--labels ${labels}`);
    if (flip !== 0) said.push(`--flip ${flip}`);
  } else if (noise !== defaults.noise) said.push(`--noise ${noise}`);
  if (norm !== defaults.norm) said.push(`--norm ${norm}`);
  if (testNorm !== defaults.testNorm) said.push(`--test-norm ${testNorm}`);
  if (facesLinf(settings) && signal !== defaults.signal) said.push(`--signal ${signalWord(settings)}`);
  if (spectrum !== defaults.spectrum) said.push(`--spectrum ${spectrumName(settings)}`);
  return said;
}

/** Outside a checkout `npx rrf` would fetch another package. */
const RRF = 'npx -p robust-random-features rrf';

export const pointCommand = (settings: Settings): string =>
  [`${RRF} theory point`, ...options(settings)].join(' ');

/** Along an axis of numbers; activations and depths are no grid of the command line. */
export function curveCommand(settings: Settings, axis: Axis): string | undefined {
  if (axis.kind === 'places') return undefined;
  const { name, from, to, scale } = axis;
  const parameter = name === 'epsTest' ? 'eps-test' : libraryName(name, settings);
  const grid = `--grid ${parameter}=${from}:${to}:61${scale === 'log' ? ':log' : ''}`;
  return [`${RRF} theory curve`, ...options(settings, name), grid].join(' ');
}

/** Over the widths and the radii of the map. */
export function surfaceCommand(settings: Settings): string {
  const { psi1, eps } = parameters;
  const grids = `--grid psi1=${psi1.from}:${psi1.to}:61:log eps=${eps.from}:${eps.to}:41`;
  return [`${RRF} theory surface`, ...options(settings, 'psi1', 'eps'), grids].join(' ');
}
