import { facesLinf } from '../state/norms.ts';
import { defaults, type Settings } from '../state/parameters.ts';
import { isClassifier, signalWord, spectrumName, widthsOf } from '../theory/ask.ts';
import { type Axis, libraryName } from '../theory/curve.ts';

/** What the command line needs to be told beyond its own defaults (shifted ReLU, no penalty, no noise). */
function options(settings: Settings, without?: Axis['name']): string[] {
  const { psi1, psi2, eps, epsTest, lambda, tau, activation, depth, loss, noise, labels, flip } = settings;
  const { norm, testNorm, signal, spectrum } = settings;
  const said: string[] = [];
  if (depth > 1) said.push('--features deep', `--widths ${widthsOf(settings).join(',')}`);
  else if (without !== 'psi1') said.push(`--psi1 ${psi1}`);
  if (without !== 'psi2') said.push(`--psi2 ${psi2}`);
  if (without !== 'eps') said.push(`--eps ${eps}`);
  if (epsTest !== null && without !== 'epsTest') said.push(`--eps-test ${epsTest}`);
  if (lambda !== 0 && without !== 'lambda') said.push(`--lambda ${lambda}`);
  if (tau !== 0 && without !== 'tau') said.push(`--tau ${tau}`);
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

export const pointCommand = (settings: Settings): string =>
  ['npx rrf theory point', ...options(settings)].join(' ');

/** Along an axis of numbers; activations and depths are no grid of the command line. */
export function curveCommand(settings: Settings, axis: Axis): string | undefined {
  if (axis.kind === 'places') return undefined;
  const { name, from, to, scale } = axis;
  const parameter = name === 'epsTest' ? 'eps-test' : libraryName(name, settings);
  const grid = `--grid ${parameter}=${from}:${to}:61${scale === 'log' ? ':log' : ''}`;
  return ['npx rrf theory curve', ...options(settings, name), grid].join(' ');
}
