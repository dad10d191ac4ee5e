import { afterEach, expect, it, vi } from 'vitest';
import { progressBar } from '../../src/cli/progressBar.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('fits the terminal, and leaves its cursor and its line ends as they are', () => {
  const { stderr } = process;
  const before = { isTTY: stderr.isTTY, columns: stderr.columns };
  let written = '';
  vi.spyOn(stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  Object.assign(stderr, { isTTY: true, columns: 80 });
  const bar = progressBar(10, 'train');
  bar.update(5, 'loss 0.123, robust loss 0.456');
  bar.stop();
  Object.assign(stderr, before);
  // Hiding the cursor, and cutting lines.
  expect(written).not.toContain('\x1b[?25l');
  expect(written).not.toContain('\x1b[?7l');
  expect(written).toContain('50% loss 0.123, robust loss 0.456');
  const drawn = /train \[.*? left/.exec(written.slice(written.lastIndexOf('train [')))![0];
  expect(drawn.length).toBeLessThan(80);
});
