import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameList } from '../../src/cli/nameList.ts';

describe('nameList', () => {
  it.each([
    [['a,b , c'], ['a', 'b', 'c']],
    [
      ['a', 'b,c'],
      ['a', 'b', 'c'],
    ],
    [['"a,b",c'], ['a,b', 'c']],
    [[' "a, b" , "say ""so""" '], ['a, b', 'say "so"']],
    [['5" pipe,""'], ['5" pipe', '']],
    [['a,'], ['a', '']],
    [[''], ['']],
    [undefined, undefined],
  ])('reads %j as %j', (given, expected) => {
    expect(nameList('ignore', given)).toEqual(expected);
  });

  it('reads back any names that were quoted', () => {
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (names) => {
        expect(nameList('ignore', [names.map(quoted).join(',')])).toEqual(names);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it.each(['"a', '"a"b', 'b,"a" c,d'])('refuses %s, whose quote does not end', (text) => {
    expect(() => nameList('keep', [text])).toThrow(/^invalid keep: .*names with a comma in quotes/);
  });
});
