import { DIGITS } from '../data/digits.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { READOUT_NORMS } from '../exact/index.ts';
import { checkFlip, LABEL_LAWS } from '../theory/channels/labels.ts';
import { MARGIN_LOSSES } from '../theory/channels/losses.ts';
import { NOISE_NAMES } from '../theory/channels/noise.ts';
import { activationNames, signalNamed, spectrumNamed } from '../theory/index.ts';
import { checkUnitTrace } from '../theory/spectrum.ts';
import {
  type Cell,
  type CellArgs,
  cellDefaults,
  DATA,
  type DeepCell,
  FEATURES,
  isFrozen,
  type LazyCell,
  METHODS,
  NETWORKS,
  normsOf,
  STARTS,
  TEST_ATTACKS,
  type TrainedCell,
} from './cell.ts';
import { rowsOf } from './cellSizes.ts';

/** The cell with its defaults filled in; epsTest is eps unless given. @throws InvalidArgumentError naming a bad field */
export function cell(written: CellArgs): Cell {
  const { network, widths, data, noise, loss, labels, flip, spectrum, norm, testNorm, signal, ...rest } =
    written;
  const { leaveOneOut, ...args } = rest;
  const layers = checkLayers({ network, widths, data });
  const laws = {
    ...checkLaws({ noise, loss, labels, flip }),
    ...checkInputs(spectrum),
    ...checkNorms({ norm, testNorm, signal }),
  };
  const filled = {
    psi1: layers.widths?.at(-1) ?? 1,
    epsTest: [args.eps],
    ...cellDefaults,
    ...(loss !== undefined && { method: 'exact' }),
    ...args,
  };
  checkChoice('features', filled.features, FEATURES);
  checkPositive('psi1', filled.psi1);
  checkPositive('psi2', filled.psi2);
  checkInteger('d', filled.d);
  checkNonNegative('eps', filled.eps);
  for (const eps of filled.epsTest) checkNonNegative('epsTest', eps);
  checkNonNegative('lambda', filled.lambda);
  checkNonNegative('tau', filled.tau);
  checkChoice('activation', filled.activation, activationNames);
  checkChoice('method', filled.method, METHODS);
  checkChoice('start', filled.start, STARTS);
  checkInteger('attackSteps', filled.attackSteps);
  checkChoice('testAttack', filled.testAttack, TEST_ATTACKS);
  checkInteger('testRows', filled.testRows, 2);
  checkInteger('seed', filled.seed, 0);
  const made = { ...filled, ...layers, ...laws, ...(leaveOneOut && { leaveOneOut }) } as Cell;
  checkTask(made);
  if (made.network === undefined) {
    if (made.features === 'linear' && made.psi1 !== 1)
      throw new InvalidArgumentError('psi1', made.psi1, '1 for linear features, where N = d');
    return made;
  }
  checkNetwork(made);
  if (made.data !== undefined) checkDigits(made);
  return made;
}

/** The covariance of the inputs, without it where it is not given. */
function checkInputs(spectrum: Cell['spectrum']): Pick<Cell, 'spectrum'> {
  if (spectrum === undefined) return {};
  if (typeof spectrum === 'object') return { spectrum: checkUnitTrace(spectrum) };
  spectrumNamed(spectrum);
  return { spectrum };
}

type Norms = Pick<Cell, 'norm' | 'testNorm' | 'signal'>;

/** The norms of the attacks and the law of the teacher, without those that are the default. */
function checkNorms({ norm, testNorm, signal }: Norms): Norms {
  if (norm !== undefined) checkChoice('norm', norm, READOUT_NORMS);
  if (testNorm !== undefined) checkChoice('testNorm', testNorm, READOUT_NORMS);
  if (signal !== undefined) signalNamed(signal);
  return {
    ...(norm === 'linf' && { norm }),
    ...(testNorm !== undefined && testNorm !== (norm ?? 'l2') && { testNorm }),
    ...(signal !== undefined && signal !== 'gaussian' && { signal }),
  };
}

type Laws = Pick<Cell, 'noise' | 'loss' | 'labels' | 'flip'>;

/** The laws and the loss, without those that are not given; a classification has all that labels need. */
function checkLaws({ noise, loss, labels, flip }: Laws): Laws {
  if (loss === undefined) {
    for (const [name, value] of Object.entries({ labels, flip }))
      if (value !== undefined)
        throw new InvalidArgumentError(
          name,
          value,
          `none without a loss of the margin: ${MARGIN_LOSSES.join(', ')}`,
        );
    return noise === undefined ? {} : { noise: checkChoice('noise', noise, NOISE_NAMES) };
  }
  checkChoice('loss', loss, MARGIN_LOSSES);
  if (noise !== undefined)
    throw new InvalidArgumentError(
      'noise',
      noise,
      `none beside the loss ${loss}, whose labels have a law of their own`,
    );
  return { loss, labels: checkChoice('labels', labels ?? 'probit', LABEL_LAWS), flip: checkFlip(flip ?? 0) };
}

/** What the loss and the laws ask of the rest. */
function checkTask(of: Cell): void {
  const { noise, loss, lambda, spectrum, signal, leaveOneOut } = of;
  const inL2 = Object.values(normsOf(of)).every((norm) => norm === 'l2');
  if (leaveOneOut !== undefined && !(isFrozen(of) && of.method === 'exact' && loss === undefined && inL2))
    throw new InvalidArgumentError(
      'leaveOneOut',
      leaveOneOut,
      'none but for exact regressions on frozen features against l2',
    );
  if (noise !== undefined && of.data !== undefined)
    throw new InvalidArgumentError('noise', noise, `none with ${of.data}, which have noise of their own`);
  if (spectrum !== undefined && of.data !== undefined)
    throw new InvalidArgumentError(
      'spectrum',
      spectrum,
      `none with ${of.data}, which have inputs of their own`,
    );
  if (signal !== undefined && (of.data !== undefined || spectrum !== undefined))
    throw new InvalidArgumentError('signal', signal, 'none where the data or the spectrum say what it is');
  if (loss === undefined) return;
  if (!isFrozen(of) || of.data !== undefined)
    throw new InvalidArgumentError('loss', loss, 'none but for read-outs of frozen features on drawn rows');
  if (lambda === 0)
    throw new InvalidArgumentError(
      'lambda',
      lambda,
      `a number > 0 beside the loss ${loss}, so that separable rows have an optimum`,
    );
}

/** The fields that only networks have, without those that are not given. */
function checkLayers({
  network,
  widths,
  data,
}: Pick<Cell, 'network' | 'widths' | 'data'>): Pick<Cell, 'network' | 'widths' | 'data'> {
  if (network === undefined) {
    for (const [name, value] of Object.entries({ widths, data }))
      if (value !== undefined) throw new InvalidArgumentError(name, value, 'none without a network');
    return {};
  }
  checkChoice('network', network, NETWORKS);
  if (!Array.isArray(widths) || widths.length === 0)
    throw new InvalidArgumentError('widths', widths, 'one number > 0 for each hidden layer');
  widths.forEach((width, l) => {
    checkPositive(`widths[${l}]`, width);
  });
  if (network === 'lazy' && widths.length > 1)
    throw new InvalidArgumentError('widths', widths, 'one hidden layer for a lazy network');
  return { network, widths, ...(data !== undefined && { data: checkChoice('data', data, DATA) }) };
}

function checkNetwork({
  features,
  psi1,
  widths,
  network,
  method,
  start,
}: DeepCell | LazyCell | TrainedCell): void {
  if (features !== 'random')
    throw new InvalidArgumentError('features', features, "'random' beside a network");
  if (psi1 !== widths.at(-1))
    throw new InvalidArgumentError('psi1', psi1, `none beside widths, of which the last is ${widths.at(-1)}`);
  if (network !== 'deep-frozen' && method === 'exact')
    throw new InvalidArgumentError('method', method, "'pgd' where hidden layers are trained");
  if (network !== 'deep-frozen' && start === 'warm')
    throw new InvalidArgumentError('start', start, "'cold' where hidden layers are trained");
}

function checkDigits(of: Cell): void {
  if (of.d !== DIGITS.inputs) throw new InvalidArgumentError('d', of.d, `${DIGITS.inputs} with digits`);
  if (of.tau !== 0)
    throw new InvalidArgumentError('tau', of.tau, '0 with digits, which have noise of their own');
  const left = DIGITS.rows - rowsOf(of);
  if (of.testRows > left)
    throw new InvalidArgumentError(
      'testRows',
      of.testRows,
      `at most the ${left} of ${DIGITS.rows} digits that are not trained on`,
    );
}
