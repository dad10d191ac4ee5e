/**
 * What `npm test` runs: says which engine the tests use, then runs vitest with the arguments given. Under CI it first
 * provisions the native engine where that is absent; elsewhere it never downloads anything.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { stepReport } from '../src/cli/provision.ts';
import { findNative } from '../src/runtime/native.ts';
import { type EngineCheck, probeEngine } from '../src/runtime/probe.ts';
import { provision } from '../src/runtime/provision/provision.ts';
import { provideChromium, underCi } from '../test/support/chromium.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

function shout(...lines: string[]): void {
  const rule = '*'.repeat(100);
  const body = lines.flatMap((line) => line.split('\n')).map((line) => `* ${line}`);
  say([rule, ...body, rule].join('\n'));
}

async function testEngine(): Promise<EngineCheck> {
  if (process.env.RRF_TEST_DEVICE === 'wasm') return probeEngine('wasm');
  if (underCi && findNative('cpu') === undefined && findNative('cuda') === undefined) {
    say('CI without the native engine: provisioning it');
    try {
      await provision({}, stepReport(process.stderr));
    } catch (error) {
      shout(
        'THE NATIVE ENGINE COULD NOT BE PROVISIONED',
        error instanceof Error ? error.message : String(error),
      );
    }
  }
  const native = await probeEngine('cpu');
  if (native.available) return native;
  shout(
    'THE TESTS RUN ON WEBASSEMBLY, WITHOUT NATIVE TENSORFLOW: they are slower, and the comparison of engines is skipped.',
    `${native.reason}; ${native.remedy}`,
  );
  return probeEngine('wasm');
}

provideChromium({ install: underCi, shout });
const engine = await testEngine();
say(`tests run on ${engine.available ? engine.engine : `no engine: ${engine.reason}`}`);

const vitest = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);
const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
