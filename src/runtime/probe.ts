/**
 * Whether each engine works here, found out by starting it in a process of its own: two builds of TensorFlow do not
 * share one. This file is also the program that those processes run.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { given } from '../checkOptions.ts';
import { DEVICES, type Device, EngineUnavailableError, type Flaw } from './device.ts';
import { loadRuntime, type Runtime } from './runtime.ts';

export type EngineCheck =
  | { device: Device; available: true; engine: string; flaw?: Flaw }
  | { device: Device; available: false; reason: string; remedy: string };

/** What tells such a process from one that imports this file. */
const PROBE = '--probe';

/** All engines; the one that runs in this process needs no other to answer for it. */
export const probeEngines = (running: Pick<Runtime, 'device' | 'engine' | 'flaw'>): Promise<EngineCheck[]> =>
  Promise.all(DEVICES.map((device) => (device === running.device ? works(running) : probeEngine(device))));

export function probeEngine(device: Device): Promise<EngineCheck> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), [PROBE, device], { silent: true });
    let answer: EngineCheck | undefined;
    child.on('message', (message) => {
      answer = message as EngineCheck;
    });
    child.on('close', (code, signal) => {
      const reason = `its process ended with ${signal ?? `exit code ${code}`}`;
      const flag = device === 'cuda' ? ' --cuda' : '';
      const remedy =
        device === 'webgpu'
          ? "update the GPU's driver"
          : `build it anew with: npx rrf provision${flag} --force`;
      resolve(answer ?? { device, available: false, reason, remedy });
    });
  });
}

const works = ({ device, engine, flaw }: Pick<Runtime, 'device' | 'engine' | 'flaw'>): EngineCheck => ({
  device,
  available: true,
  engine,
  ...given({ flaw }),
});

async function check(device: Device): Promise<EngineCheck> {
  try {
    return works(await loadRuntime(device));
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    return { device, available: false, reason: error.reason, remedy: error.remedy };
  }
}

if (process.send !== undefined && process.argv[2] === PROBE) {
  process.send(await check(process.argv[3] as Device), () => process.disconnect());
}
