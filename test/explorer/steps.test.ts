import { describe, expect, it } from 'vitest';
import { type Change, changedNames, goesOn } from '../../src/explorer/state/history.ts';
import { initialState } from '../../src/explorer/state/state.ts';

const change = (names: string, at: number, press: number | null = null): Change => ({ names, at, press });

describe('a step of the history', () => {
  it('is a change of what the reader chose, not of colours or of what was measured', () => {
    const settings = { ...initialState.settings, eps: 0.5, psi1: 2 };
    expect(changedNames({ ...initialState, settings }, initialState)).toBe('psi1,eps');
    expect(changedNames({ ...initialState, axis: 'eps' }, initialState)).toBe('axis');
    expect(changedNames({ ...initialState, theme: 'dark', d: 20, measurements: [] }, initialState)).toBe('');
  });

  it('is one while a slider is held, however slowly', () => {
    expect(goesOn(change('eps', 0, 7), change('eps', 60_000, 7))).toBe(true);
    expect(goesOn(change('eps', 0, 7), change('eps', 60_000, 8))).toBe(false);
    expect(goesOn(change('eps', 0, 7), change('psi1', 1, 7))).toBe(false);
  });

  it('is one while a key repeats, and another after a rest', () => {
    expect(goesOn(undefined, change('eps', 0))).toBe(false);
    expect(goesOn(change('eps', 0), change('eps', 300))).toBe(true);
    expect(goesOn(change('eps', 0), change('eps', 3000))).toBe(false);
    expect(goesOn(change('eps', 0), change('tau', 300))).toBe(false);
  });
});
