import { afterEach, describe, expect, it, vi } from 'vitest';
import { table } from '../../src/cli/table.ts';
import { reportConvergence } from '../../src/cli/theory/output.ts';
import { terminalPlot } from '../../src/cli/theory/terminalPlot.ts';

afterEach(() => {
  process.exitCode = undefined;
});

/** What is written to standard error, and the exit code that is left. */
function reported(...converged: boolean[]) {
  const write = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  reportConvergence(converged.map((value) => ({ converged: value })));
  const lines = write.mock.calls.map(([line]) => line);
  write.mockRestore();
  return { lines, code: process.exitCode };
}

describe('reportConvergence', () => {
  it('says in one line how many points have not converged, and leaves exit code 1', () => {
    expect(reported(false)).toEqual({
      lines: [expect.stringContaining('the point has not converged')],
      code: 1,
    });
    expect(reported(true, false, false)).toEqual({
      lines: [expect.stringContaining('2 of 3 points')],
      code: 1,
    });
  });

  it('is silent where all points have converged', () => {
    expect(reported(true, true)).toEqual({ lines: [], code: undefined });
  });
});

it('draws more points in the terminal than a function takes arguments', () => {
  const x = Array.from({ length: 100_000 }, (_, i) => i);
  const line = (name: string, mark: string, slope: number) => ({ name, mark, y: x.map((at) => slope * at) });
  const drawn = terminalPlot([line('up', '*', 1), line('half', 'o', 0.5)], { x, xName: 'eps', logX: false });
  const [legend, top] = drawn.split('\n');
  expect(legend).toBe('* up   o half');
  expect(top).toMatch(/^1\.000e\+5 \| +\*+$/);
});

it('keeps a row of a table on one line, whatever its cells hold', () => {
  const rows = [{ name: 'needs\r\n work' }, { name: 'ok' }];
  const shown = table(rows, [{ title: 'note', value: ({ name }) => name, align: 'left' }]);
  expect(shown.split('\n')).toEqual(['note', '----------', 'needs work', 'ok']);
});
