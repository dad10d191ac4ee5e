import { afterEach, describe, expect, it, vi } from 'vitest';
import { reportConvergence } from '../../src/cli/theory/output.ts';

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
