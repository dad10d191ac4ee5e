import type { CommandModule, InferredOptionTypes } from 'yargs';
import { given } from '../checkOptions.ts';
import { findNative } from '../runtime/native.ts';
import { provision } from '../runtime/provision/provision.ts';
import type { StepReport } from '../runtime/provision/steps.ts';
import { isQuiet, watched } from './notices.ts';
import { flag } from './options.ts';

const options = {
  cuda: flag('build for NVIDIA GPUs'),
  'cuda-libraries': {
    type: 'boolean',
    describe: "with --cuda: fetch NVIDIA's CUDA libraries too, 2.8 GB (default: where a driver is seen)",
  },
  force: flag('build it anew although it is there'),
  verify: flag(
    'compare the checksums of all files of an engine that is there; build it anew when one differs',
  ),
} as const;

export const provisionCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'provision',
  describe: 'Build the native TensorFlow engine where its official download fails',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 provision', 'native CPU')
      .example('$0 provision --cuda', 'NVIDIA GPUs'),
  async handler({ cuda, cudaLibraries, force, verify }) {
    const device = cuda ? 'cuda' : 'cpu';
    if (!force && findNative(device) === 'installed') {
      process.stdout.write(`the native ${device} engine is there already: the npm package with its addon\n`);
      return;
    }
    const before = performance.now();
    const result = await provision(
      {
        cuda,
        force,
        verify,
        showOutput: watched(),
        ...given({ cudaLibraries }),
      },
      isQuiet() ? SILENT : stepReport(process.stderr),
    );
    const seconds = ((performance.now() - before) / 1000).toFixed(1);
    const engine = `TensorFlow ${result.tensorflowVersion} (${device})`;
    process.stdout.write(
      result.alreadyThere
        ? `${engine} is there already: ${result.folder}\n`
        : `${engine} is ready after ${seconds} s: ${result.folder}\n`,
    );
  },
};

/** Nothing of the steps, for --quiet. */
const SILENT: StepReport = { start() {}, progress() {}, end() {}, note() {} };

/** One line for each step; on a terminal it counts up while the step runs. */
export function stepReport(stream: NodeJS.WriteStream): StepReport {
  let line = '';
  return {
    start(position, total, title) {
      line = `[${position}/${total}] ${title}`;
      if (stream.isTTY) stream.write(`${line} ...`);
    },
    progress(fraction) {
      if (stream.isTTY) stream.write(`\r${line} ... ${Math.floor(100 * fraction)} %`);
    },
    end(alreadyDone, seconds) {
      const result = alreadyDone ? 'done before' : `${seconds.toFixed(1)} s`;
      stream.write(`${stream.isTTY ? '\r' : ''}${line}: ${result}${stream.isTTY ? '\x1b[K' : ''}\n`);
    },
    note(text) {
      stream.write(`${text}\n`);
    },
  };
}
