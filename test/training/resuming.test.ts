import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { tf } from '../../src/runtime/tf.ts';
import { freeTraining } from '../../src/training/methods/index.ts';
import { readCheckpoint } from '../../src/training/node/checkpoint.ts';
import { unfinishedName } from '../../src/wholeFile.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';
import { runsSources } from '../support/sources.ts';
import { trainInFolder } from './trainInFolder.ts';

const home = mkdtempSync(join(tmpdir(), 'rrf-training-'));
const inHome = (name: string) => join(home, name);
const runtime = await quickRuntime();
afterAll(() => rmSync(home, { recursive: true, force: true }));

const stepOf = (folder: string) =>
  readCheckpoint<{ step: number }>(join(folder, 'checkpoint'))?.state.step ?? 0;
const historyOf = (folder: string) => readFileSync(join(folder, 'history.jsonl'), 'utf8');

/** The training of two cycles that nobody stops, in a folder `whole`. */
let undisturbed: ReturnType<typeof trainInFolder> | undefined;
const wholeTraining = () => (undisturbed ??= trainInFolder(inHome('whole')));

/** Stops a training from inside after some steps, as a crash between two checkpoints would. */
const crashAt = (folder: string, at: number, options: object = {}) =>
  expect(
    trainInFolder(folder, {
      ...options,
      onProgress({ step }) {
        if (step >= at) throw new Error('crash');
      },
    }),
  ).rejects.toThrow('crash');

describe('a training in a folder', () => {
  it('killed by kill -9 again and again ends with the weights and the history of one left alone', async () => {
    const folder = inHome('killed');
    const program = fileURLToPath(new URL('./trainInFolder.ts', import.meta.url));
    const run = () => spawn(process.execPath, [...runsSources, program, runtime.device, folder]);
    const stops: number[] = [];
    // A process takes seconds to start: that of the suite is killed once, and its successor crashes in this one.
    for (const least of sized([25], [25, 75])) {
      const child = run();
      while (stepOf(folder) < least && child.exitCode === null && child.signalCode === null) await wait(5);
      expect(child.exitCode, 'still running').toBeNull();
      await wait(17 * stops.length);
      child.kill('SIGKILL');
      const [code, signal] = await once(child, 'exit');
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
      stops.push(stepOf(folder));
    }
    await crashAt(folder, stops.at(-1)! + 40);
    stops.push(stepOf(folder));
    expect(stops[0]).toBeGreaterThan(0);
    for (let k = 1; k < stops.length; k++) expect(stops[k]).toBeGreaterThan(stops[k - 1]!);
    expect(stops.at(-1)).toBeLessThan(180);
    const resumed = await trainInFolder(folder);
    const whole = await wholeTraining();
    expect(resumed.theta).toEqual(whole.theta);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.cycles).toEqual(whole.cycles);
    expect(historyOf(folder)).toBe(historyOf(inHome('whole')));
  });

  it.each([
    ['momentum', { optimizer: 'momentum', learningRate: 0.05 }],
    ['rmsprop', { optimizer: 'rmsprop' }],
    ['a carried perturbation', { method: freeTraining({ replays: 3 }) }],
    ['a schedule and a warm-up', { schedule: 'cosine', epsWarmup: 30 }],
  ] as const)('resumes bit for bit with %s', async (name, options) => {
    const short = { ...options, cycleSteps: 40, maxCycles: 1 } as const;
    await crashAt(inHome(name), 30, short);
    expect(stepOf(inHome(name))).toBeGreaterThan(0);
    const resumed = await trainInFolder(inHome(name), short);
    const whole = await trainInFolder(inHome(`${name} whole`), short);
    expect(resumed.theta).toEqual(whole.theta);
    expect(resumed.history).toEqual(whole.history);
  });

  it('does nothing more once finished, and goes on when it is given more cycles', async () => {
    const folder = inHome('more');
    const one = await trainInFolder(folder, { maxCycles: 1 });
    const again = await trainInFolder(folder, { maxCycles: 1 });
    expect(again.history).toEqual(one.history);
    expect(again.theta).toEqual(one.theta);
    const more = await trainInFolder(folder, { maxCycles: 2 });
    expect(more.iterations).toBe(180);
    expect(more.theta).toEqual((await wholeTraining()).theta);
  });

  it('writes one line of history a step, and one a cycle', async () => {
    const lines = historyOf(inHome('more'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter((line) => 'objective' in line).map((line) => line.step)).toEqual(
      Array.from({ length: 180 }, (_, i) => i + 1),
    );
    expect(lines.filter((line) => 'wholeObjective' in line).map((line) => line.step)).toEqual([60, 180]);
    const read = lines.find((line) => line.step === 25);
    expect(read.robustLoss).toBeGreaterThan(read.loss);
  });

  it('refuses a folder of another training, naming what differs', async () => {
    const folder = inHome('more');
    const differing = `same eps: 0.2 here, 0.3 in its checkpoint`;
    await expect(trainInFolder(folder, { eps: 0.2 })).rejects.toThrow(differing);
    await expect(trainInFolder(folder, { optimizer: 'sgd' })).rejects.toThrow('same optimizer: SGD');
    await expect(trainInFolder(folder, { optimizer: tf.train.adamax(0.1) })).rejects.toThrow(
      'same optimizer',
    );
  });

  it('names the file when the disk is full, and its last checkpoint still loads', async () => {
    const folder = inHome('full');
    const few = { cycleSteps: 40 };
    await crashAt(folder, 30, few);
    const step = stepOf(folder);
    expect(step).toBeGreaterThan(0);
    const file = join(folder, 'checkpoint');
    symlinkSync('/dev/full', unfinishedName(file));
    await expect(trainInFolder(folder, few)).rejects.toThrow(`cannot write ${JSON.stringify(file)}: ENOSPC`);
    expect(stepOf(folder)).toBe(step);
    const once = { ...few, maxCycles: 1 };
    const resumed = await trainInFolder(folder, once);
    expect(resumed.theta).toEqual((await trainInFolder(inHome('unfilled'), once)).theta);
  });

  it('names the file when its folder goes away', async () => {
    const folder = inHome('gone');
    const moved = inHome('moved');
    const before = tf.memory().numTensors;
    const training = trainInFolder(folder, {
      ...{ cycleSteps: 30, checkpointEvery: 50 },
      onProgress({ step }) {
        if (step === 55) renameSync(folder, moved);
      },
    });
    await expect(training).rejects.toThrow(
      /^cannot write ".*gone.(history.jsonl|checkpoint)": there is no such folder/,
    );
    expect(existsSync(folder)).toBe(false);
    // At the end of the first cycle.
    expect(stepOf(moved)).toBe(30);
    // The model of the failed call is all that stays: W and theta.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(2);
  });

  it('refuses a checkpoint that is damaged or something else', async () => {
    const folder = inHome('damaged');
    await wholeTraining();
    cpSync(inHome('whole'), folder, { recursive: true });
    const file = join(folder, 'checkpoint');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    await expect(trainInFolder(folder)).rejects.toThrow(`the checkpoint ${JSON.stringify(file)} is damaged`);
    bytes[bytes.length - 1]! ^= 1;
    const changed = bytes.toString('latin1').replace('"waited":0', '"waited":3');
    expect(changed).not.toBe(bytes.toString('latin1'));
    writeFileSync(file, changed, 'latin1');
    await expect(trainInFolder(folder)).rejects.toThrow(`the checkpoint ${JSON.stringify(file)} is damaged`);
    writeFileSync(file, 'hello');
    await expect(trainInFolder(folder)).rejects.toThrow('is not a training checkpoint');
  });

  it('names the line of a damaged history', async () => {
    const folder = inHome('history');
    await wholeTraining();
    cpSync(inHome('whole'), folder, { recursive: true });
    const file = join(folder, 'history.jsonl');
    const lines = historyOf(folder).split('\n');
    writeFileSync(file, lines.with(2, '{"step": 3, "obj').join('\n'));
    await expect(trainInFolder(folder)).rejects.toThrow(`line 3 of ${JSON.stringify(file)} is damaged`);
  });

  it('says that an optimiser cannot be saved', async () => {
    const optimizer = tf.train.adamax(0.1);
    await expect(trainInFolder(inHome('adamax'), { optimizer })).rejects.toThrow(
      'the state of the optimiser Adamax cannot be saved',
    );
  });
});
