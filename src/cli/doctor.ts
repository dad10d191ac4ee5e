import type { CommandModule, InferredOptionTypes } from 'yargs';
import { checkChoice } from '../errors.ts';
import { linearAlgebra } from '../exact/index.ts';
import { DEVICE_CHOICES } from '../runtime/device.ts';
import { type MatmulRate, measureMatmulRate } from '../runtime/matmulRate.ts';
import { type EngineCheck, probeEngines } from '../runtime/probe.ts';
import { loadRuntime, type Runtime } from '../runtime/runtime.ts';
import { deviceOption, jsonOption } from './options.ts';
import { version } from './version.ts';

const options = { device: deviceOption, json: jsonOption } as const;

/** What `rrf doctor --json` prints. */
export interface Diagnosis {
  package: string;
  node: string;
  platform: string;
  runtime: Runtime;
  matmul: MatmulRate;
  /** What the exact solvers multiply and factor with. */
  algebra: string;
  engines: EngineCheck[];
}

export const doctorCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'doctor',
  describe: 'Say which engine runs, which others there are, and how fast it is',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 doctor', 'the engine that auto takes')
      .example('$0 doctor --device wasm --json', 'another one, for machines'),
  async handler({ device, json }) {
    const runtime = await loadRuntime(checkChoice('device', device, DEVICE_CHOICES));
    const matmul = await measureMatmulRate(runtime);
    const diagnosis: Diagnosis = {
      package: version,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      runtime,
      matmul,
      algebra: linearAlgebra().name,
      engines: await probeEngines(runtime),
    };
    process.stdout.write(json ? `${JSON.stringify(diagnosis, null, 2)}\n` : listDiagnosis(diagnosis));
  },
};

/** The diagnosis as an aligned list. */
export function listDiagnosis({
  package: own,
  node,
  platform,
  runtime,
  matmul,
  algebra,
  engines,
}: Diagnosis): string {
  const rate = matmul.gigaflopsPerSecond;
  const facts: [string, string][] = [
    ['Node', `${node} (${platform})`],
    ['robust-random-features', own],
    ['engine', `${runtime.engine} (device ${runtime.device})`],
    [
      'TensorFlow',
      runtime.tensorflowVersion ? `${runtime.tensorflowVersion} (${runtime.source})` : 'not in use',
    ],
    ['TensorFlow.js', runtime.tfjsVersion],
    ['devices', runtime.devices.join(', ')],
    ['threads', String(runtime.threads)],
    ['float64 algebra', algebra],
    [
      'matrix product',
      `${rate.toFixed(rate < 10 ? 1 : 0)} GFLOP/s (float32, ${matmul.size} x ${matmul.size})`,
    ],
  ];
  const checks = engines.map((check): [string, string] => [
    check.device,
    check.available
      ? ['yes ', check.engine + (check.flaw ? `; ${check.flaw.reason}; ${check.flaw.remedy}` : '')].join(' ')
      : `no   ${check.reason}; ${check.remedy}`,
  ]);
  return `${align(facts)}\n\nengines\n${align(checks, '  ')}\n`;
}

function align(rows: readonly [string, string][], indent = ''): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`).join('\n');
}
