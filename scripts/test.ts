/**
 * What `npm test` runs: vitest with the arguments given. While it starts, this says which engine the tests use. Under CI the
 * native engine is provisioned first where it is absent; elsewhere nothing is ever downloaded.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { EngineCheck } from '../src/runtime/probe.ts';
import { provideChromium, underCi } from '../test/support/chromium.ts';

const onWasm = process.env.RRF_TEST_DEVICE === 'wasm';
const say = (line: string) => process.stderr.write(`${line}\n`);

function shout(...lines: string[]): void {
  const rule = '*'.repeat(100);
  const body = lines.flatMap((line) => line.split('\n')).map((line) => `* ${line}`);
  say([rule, ...body, rule].join('\n'));
}

async function provisionUnderCi(): Promise<void> {
  if (!underCi || onWasm) return;
  const { findNative } = await import('../src/runtime/native.ts');
  if (findNative('cpu') !== undefined || findNative('cuda') !== undefined) return;
  say('CI without the native engine: provisioning it');
  const { provision } = await import('../src/runtime/provision/provision.ts');
  const { stepReport } = await import('../src/cli/provision.ts');
  try {
    await provision({}, stepReport(process.stderr));
  } catch (error) {
    shout(
      'THE NATIVE ENGINE COULD NOT BE PROVISIONED',
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** TensorFlow is loaded for it only once vitest starts. */
async function testEngine(): Promise<EngineCheck> {
  const { probeEngine } = await import('../src/runtime/probe.ts');
  if (onWasm) return probeEngine('wasm');
  const native = await probeEngine('cpu');
  if (native.available) return native;
  shout(
    'THE TESTS RUN ON WEBASSEMBLY, WITHOUT NATIVE TENSORFLOW: they are slower, and the comparison of engines is skipped.',
    `${native.reason}; ${native.remedy}`,
  );
  return probeEngine('wasm');
}

provideChromium({ install: underCi, shout });
await provisionUnderCi();
const vitest = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);
spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { stdio: 'inherit' }).on(
  'close',
  (code) => {
    process.exitCode = code ?? 1;
  },
);
const engine = await testEngine();
say(`tests run on ${engine.available ? engine.engine : `no engine: ${engine.reason}`}`);
