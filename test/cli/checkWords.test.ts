import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine.ts';

it.each([
  ['sweep run x.json --out o --dry-run=yes', 'invalid dry-run: "yes" (expected true or false)'],
  ['theory --psi1 2 --json=1', 'invalid json: "1" (expected true or false)'],
  ['provision --force=no', 'invalid force: "no" (expected true or false)'],
  ['attack --no-epsilons', 'unknown option --no-epsilons (--epsilons takes a value, and can be left out)'],
  ['provision --no-cuda-libraries=3', 'invalid no-cuda-libraries: "3" (expected no value)'],
  ['theory --a.b 1', 'unknown option "--a.b" (rrf theory --help lists those there are)'],
  ['theory --__proto__ 1', 'unknown option --__proto__'],
  ['attack --eps 1', 'unknown option --eps (is it --epsilons?)'],
  ['theory --epsilons 1', 'unknown option --epsilons (is it --eps?)'],
  ['train --activations relu', 'unknown option --activations (is it --activation?)'],
  ['reproduce curse --activation relu', 'unknown option --activation (is it --activations?)'],
  ['attack --data x', 'unknown option --data (is it --csv?)'],
  ['reproduce curse --seed 3', 'unknown option --seed (is it --seeds?)'],
  ['train --csv - --target y', '- is no file: standard input is /dev/stdin'],
  ['theory --psi1 0x10', 'invalid psi1: "0x10" (expected a number)'],
  [`theory --${'x'.repeat(5000)}`, 'unknown option "--xxxx'],
  ['theory curve --psi2 3 --eps 1 --grid N=1,2', 'invalid parameter: "N" (expected psi1? one of psi1, psi2'],
  [
    'theory curve --psi2 3 --eps 1 --grid psi1=1,2 --psi1 3',
    'invalid psi1: 3 (expected none beside --grid psi1=',
  ],
  [
    'theory curve --psi1 3 --psi2 3 --grid eps=0,1 --eps 3',
    'invalid eps: 3 (expected none beside --grid eps=',
  ],
  ['theory curve --psi1 3 --psi2 3 --grid tau=0,1 --tau 0 --eps 1', 'invalid tau: 0 (expected none beside'],
  [
    'theory curve --psi1 3 --psi2 3 --grid eps=0:1:1e10',
    'invalid grid: "eps=0:1:1e10" (expected at most 100000',
  ],
  [
    'attack --model m --csv c --epsilons 0:1:1e7',
    'invalid epsilons: "0:1:1e7" (expected at most 100000 points)',
  ],
  ['theory curve --psi1 3 --psi2 3 --grid eps=0,1 --plot c.gif', 'invalid plot: "c.gif" (expected FILE.svg'],
])('refuses %s', async (line, message) => {
  const error = await runCommandLine(line.split(' ')).catch((thrown) => thrown);
  expect(error.message.startsWith(message), error.message).toBe(true);
  expect(error.message.length).toBeLessThanOrEqual(500);
});
