import type { Measurement } from '../check/protocol.ts';
import type { Settings } from './parameters.ts';
import { settingsFromText, settingsText } from './settingsText.ts';

const SEPARATOR = '~';
const NUMBERS = 7;

/** A measured point within one value of a link: values, errors and counts, then the settings in which it differs from `usual`. */
export function pointText(
  { settings, d, seeds, converged, standardRisk, adversarialRisk }: Measurement,
  usual: Settings,
): string {
  const short = (x: number): string => String(Number(x.toPrecision(6)));
  const numbers = [
    short(standardRisk.value),
    short(standardRisk.standardError),
    short(adversarialRisk.value),
    short(adversarialRisk.standardError),
    d,
    seeds,
    converged,
  ];
  const rest = settingsText(settings, usual);
  return [...numbers, ...(rest === '' ? [] : [rest])].join(SEPARATOR);
}

/** The inverse of `pointText`, of a point measured elsewhere; undefined for a text that is not one. */
export function readPoint(text: string, usual: Settings): Measurement | undefined {
  const parts = text.split(SEPARATOR);
  const values = parts.slice(0, NUMBERS).map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.length < NUMBERS || values.some((value) => !(value >= 0 && value < 1e9))) return undefined;
  const [standard, standardError, adversarial, adversarialError, d, seeds, converged] = values as number[];
  if (![d, seeds, converged].every(Number.isInteger) || d! < 1 || seeds! < 1 || converged! > seeds!)
    return undefined;
  const settings = settingsFromText(parts.slice(NUMBERS).join(SEPARATOR), usual);
  return (
    settings && {
      settings,
      d: d!,
      seeds: seeds!,
      converged: converged!,
      standardRisk: { value: standard!, standardError: standardError! },
      adversarialRisk: { value: adversarial!, standardError: adversarialError! },
      elsewhere: true,
    }
  );
}
