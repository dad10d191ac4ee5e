import type { CommandModule } from 'yargs';
import type { ActivationName } from '../theory/index.ts';
import { asymptoticRisk, criticalEps, randomFeatures } from '../theory/index.ts';

interface PointArguments {
  psi1: number;
  psi2: number;
  eps: number;
  lambda: number;
  tau: number;
  rho: number;
  epsTest?: number | undefined;
  activation: string;
  json: boolean;
}

export const theoryCommand: CommandModule<object, PointArguments> = {
  command: 'theory',
  describe: 'Standard and adversarial risk in the limit of large d, n and N',
  builder: (yargs) =>
    yargs
      .option('psi1', { type: 'number', demandOption: true, describe: 'N/d, features per input dimension' })
      .option('psi2', { type: 'number', demandOption: true, describe: 'n/d, samples per input dimension' })
      .option('eps', { type: 'number', demandOption: true, describe: 'l2 radius of the training attack' })
      .option('lambda', { type: 'number', default: 0, describe: 'ridge penalty' })
      .option('tau', { type: 'number', default: 0, describe: 'label noise, standard deviation' })
      .option('rho', { type: 'number', default: 1, describe: 'norm of the signal' })
      .option('eps-test', { type: 'number', describe: 'l2 radius of the attack at test (default: eps)' })
      .option('activation', { type: 'string', default: 'shifted-relu', describe: 'activation, by name' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON object on standard output' }),
  handler: ({ psi1, activation, json, psi2, eps, lambda, tau, rho, epsTest = eps }) => {
    const map = randomFeatures({ psi1, activation: activation as ActivationName });
    const options = { psi2, eps, lambda, tau, rho, epsTest };
    const risk = asymptoticRisk(map, options);
    const result = {
      psi1,
      activation,
      ...options,
      criticalEps: criticalEps(map, { psi2, tau, rho }),
      ...risk,
    };
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(22)}${value}`);
  },
};
