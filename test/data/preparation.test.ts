import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnBuilder } from '../../src/data/columnBuilder.ts';
import { learnPreparation, planPreparation } from '../../src/data/preparation/learnPreparation.ts';
import { preparationFrom } from '../../src/data/preparation/preparation.ts';
import { preparedInputs, preparedTable } from '../../src/data/preparation/preparedTable.ts';
import { type RawTable, rawRows } from '../../src/data/rawTable.ts';
import { TableFaults } from '../../src/data/tableFaults.ts';
import { InvalidArgumentError, UserError } from '../../src/errors.ts';

/** A table of columns of cells, null where one is missing. */
function table(columns: Readonly<Record<string, readonly unknown[]>>): RawTable {
  const made = Object.entries(columns).map(([name, cells]) => {
    const builder = new ColumnBuilder();
    for (const cell of cells) builder.add(cell);
    return builder.done(name);
  });
  return { file: '"t.csv"', rows: Object.values(columns)[0]!.length, columns: made };
}

const numbersOf = (raw: RawTable, options: object, rows?: number[]) =>
  preparedTable(raw, learnPreparation(raw, { target: 'y', ...options }, rows)).table;

describe('a preparation', () => {
  it('takes medians, levels and shares from the training rows only', () => {
    const raw = table({
      a: [1, null, 3, 10, 1000, null],
      k: ['u', 'v', 'u', 'u', 'w', 'w'],
      y: [1, 2, 3, 4, 5, 6],
    });
    const preparation = learnPreparation(raw, { target: 'y', missing: 'impute' }, [0, 1, 2, 3]);
    expect(preparation.inputs).toEqual([
      { kind: 'number', name: 'a', median: 3, indicator: true },
      { kind: 'text', name: 'k', levels: ['u', 'v'], other: false, shares: [0.75, 0.25], missing: true },
    ]);
    const { table: numbers, notes } = preparedTable(raw, preparation);
    // w was never seen: a quarter of the training rows is v.
    expect([...numbers.values]).toEqual(
      [
        [1, 0, 0, 1],
        [3, 1, 1, 2],
        [3, 0, 0, 3],
        [10, 0, 0, 4],
        [1000, 0, 0.25, 5],
        [3, 1, 0.25, 6],
      ].flat(),
    );
    expect(notes).toEqual([
      'column "k" holds "w", never seen in training: they count as the average of the training rows',
    ]);
  });

  it('fills in what is missing only at scoring, and says so', () => {
    const raw = table({ a: [1, 2, 6], y: [1, 2, 3] });
    const preparation = learnPreparation(raw, { target: 'y', missing: 'impute' });
    const { table: numbers, notes } = preparedInputs(table({ a: [null, 5] }), preparation);
    expect([...numbers.values]).toEqual([2, 5]);
    expect(notes).toEqual(['1 missing in column "a", where none was in training: the median 2 stands in']);
  });

  it('pools rare levels, which unseen ones join', () => {
    const raw = table({
      k: ['a', 'a', 'a', 'b', 'b', 'c', 'c', 'd'],
      y: [1, 2, 3, 4, 5, 6, 7, 8],
    });
    const preparation = learnPreparation(raw, { target: 'y', levels: 2 });
    expect(preparation.inputs).toEqual([
      {
        kind: 'text',
        name: 'k',
        levels: ['a', 'b'],
        other: true,
        shares: [3 / 8, 2 / 8, 3 / 8],
        missing: false,
      },
    ]);
    const scored = preparedInputs(table({ k: ['b', 'z', 'd'] }), preparation);
    expect(scored.table.names).toEqual(['k=a', 'k=b', 'k=(other)']);
    expect([...scored.table.values]).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 1]);
    expect(scored.notes).toEqual([]);
    // A level of one row is rare, however many there may be.
    expect(learnPreparation(raw, { target: 'y' }).inputs[0]).toMatchObject({
      levels: ['a', 'b', 'c'],
      other: true,
    });
  });

  it('does not depend on the order of the rows', () => {
    const cell = fc.constantFrom(null, 1, 2.5, -3, 40);
    const word = fc.constantFrom(null, 'a', 'b', 'c', 'd', 'e');
    const row = fc.record({ a: cell, k: word, y: fc.integer() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 12 }), fc.nat(), (rows, seed) => {
        fc.pre(rows.some(({ a }) => a !== null) && rows.some(({ k }) => k !== null));
        const names = ['a', 'k', 'y'] as const;
        const made = (of: typeof rows) => {
          const columns = Object.fromEntries(names.map((name) => [name, of.map((one) => one[name])]));
          return learnPreparation(table(columns), { target: 'y', missing: 'impute', levels: 3 });
        };
        const turned = rows.map((_, i) => rows[(i + seed) % rows.length]!).reverse();
        expect(made(turned)).toEqual(made(rows));
      }),
    );
  });

  it('survives JSON, and refuses what is none', () => {
    const raw = table({ a: [1, null, 3], k: ['u', 'v', 'u'], y: ['no', 'yes', 'no'] });
    const preparation = learnPreparation(raw, { target: 'y', missing: 'impute' });
    expect(preparationFrom(JSON.parse(JSON.stringify(preparation)), 'it')).toEqual(preparation);
    for (const damaged of [
      null,
      {},
      { ...preparation, version: 2 },
      { ...preparation, inputs: [{}] },
      { ...preparation, target: { kind: 'number' } },
      { ...preparation, leftOut: 'a' },
      { ...preparation, leftOut: [1] },
      { ...preparation, missing: 'perhaps' },
    ])
      expect(() => preparationFrom(damaged, 'it')).toThrow('it has a preparation of columns that is damaged');
  });

  it('leaves out columns that number the rows, hold nothing, or name every row, and says so', () => {
    const many = Array.from({ length: 30 }, (_, i) => i);
    const raw = table({
      '': many,
      Id: many.map((i) => 7 * i),
      count: many.map((i) => i + 1),
      passenger: many.map((i) => `Mr ${i}`),
      nothing: many.map(() => null),
      a: many.map((i) => i % 7),
      y: many.map((i) => i ** 2),
    });
    const { learn, notes, rows } = planPreparation(raw, { target: 'y' });
    expect(notes).toEqual([
      'column "" only numbers the rows and is left out (`keepIndex` keeps it)',
      'column "Id" only numbers the rows and is left out (`keepIndex` keeps it)',
      'column "count" only numbers the rows and is left out (`keepIndex` keeps it)',
      'column "passenger" holds another text in nearly every row and is left out (`text passenger` takes it)',
      'column "nothing" is empty and left out',
    ]);
    expect(learn(rows).inputs.map(({ name }) => name)).toEqual(['a']);
    const kept = learnPreparation(raw, { target: 'y', keepIndex: true, ignore: ['a'] });
    expect(kept.inputs.map(({ name }) => name)).toEqual(['', 'Id', 'count']);
    expect(kept.leftOut).toEqual(['passenger', 'nothing', 'a']);
    // Seven values in order are not many: a column of another name stays.
    expect(learnPreparation(table({ day: [1, 2, 3], y: [5, 2, 1] }), { target: 'y' }).inputs).toHaveLength(1);
  });

  it('takes numbers for kinds where it is told to', () => {
    const raw = table({ month: [1, 2, 1, 3, 3, 2], y: [1, 2, 3, 4, 5, 6] });
    expect(numbersOf(raw, { text: ['month'] })).toMatchObject({
      names: ['month=1', 'month=2', 'month=3', 'y'],
    });
    expect(planPreparation(raw, { target: 'y', text: ['y'] }).target).toEqual({
      ...{ kind: 'several classes', name: 'y', classes: ['1', '2', '3', '4', '5', '6'] },
    });
  });

  it.each([
    [50, false],
    [51, true],
  ])('leaves out text of which %i of 100 rows hold another: %s', (kinds, leftOut) => {
    const name = Array.from({ length: 100 }, (_, i) => `name ${i % kinds}`);
    const raw = table({ name, a: name.map((_, i) => i % 3), y: name.map((_, i) => i * i) });
    expect(planPreparation(raw, { target: 'y' }).notes.length > 0).toBe(leftOut);
  });

  it('needs no column that was the same in all rows of the training', () => {
    const raw = table({ a: [1, 2, 6, 4], five: [5, 5, 5, 5], one: ['u', 'u', 'u', 'u'], y: [1, 2, 3, 4] });
    const preparation = learnPreparation(raw, { target: 'y' });
    const asThere = preparedInputs(table({ a: [7, 8], five: [5, 5], one: ['u', 'u'] }), preparation);
    const { table: numbers, notes } = preparedInputs(table({ a: [7, 8] }), preparation);
    expect(numbers).toEqual(asThere.table);
    expect([...numbers.values]).toEqual([7, 5, 1, 8, 5, 1]);
    expect(notes).toEqual(['not there, and the same in all rows of the training: "five", "one"']);
    expect(() => preparedInputs(table({ five: [5] }), preparation)).toThrow('lacks the column "a" that');
    const target = table({ a: [1, null], y: [1, 2] });
    expect(() => preparedTable(target, preparation)).toThrow('row 2, column "a" of "t.csv" is missing');
    // Where the training rows differ the column is needed, also by rows that are the same.
    expect(() =>
      preparedInputs(table({ a: [1] }), learnPreparation(raw, { target: 'y' }, [0, 1])),
    ).not.toThrow();
    const missing = { ...preparation, inputs: [{ ...preparation.inputs[1], constant: 'five' }] };
    expect(() => preparationFrom(missing, 'here')).toThrow(
      'here has a preparation of columns that is damaged',
    );
  });

  it('says that few whole numbers might be classes, each of two rows and more', () => {
    const notes = (y: unknown[], options = {}) =>
      planPreparation(table({ a: y.map((_, i) => i * i), y }), { target: 'y', ...options }).notes;
    expect(notes([2, 0, 1, 2, 0, 1])).toEqual([
      'the target "y" holds 3 different whole numbers (0, 1, 2) and is predicted as a number: `classes` takes them for classes',
    ]);
    for (const other of [
      notes([2, 0, 1, 2, 0, 3, 4]),
      notes([2, 0.5, 1, 2, 0.5, 1]),
      notes(Array.from({ length: 22 }, (_, i) => i % 11)),
      notes([2, 0, 1, 2, 0, 1], { classes: true }),
      notes([2, 0, 1, 2, 0, 1], { positive: ['2'] }),
      notes(['b', 'a', 'c', 'a', 'b', 'c']),
    ])
      expect(other).toEqual([]);
  });

  it.each([
    ['when', '`ignore when`'],
    ['my date', "`ignore 'my date'`"],
    ['day, month', '`ignore \'"day, month"\'`'],
    ['the "day"', '`ignore \'"the ""day"""\'`'],
    ["day's", "`ignore 'day'\\''s'`"],
  ])('names the column %s as a shell and a list of names take it', (name, hint) => {
    const raw = table({ a: [1, 2], [name]: ['2024-01-31', '2024-02-01'], y: [1, 2] });
    expect(() => planPreparation(raw, { target: 'y' })).toThrow(hint);
  });

  it('leaves out rows with holes, or only those without a target', () => {
    const raw = table({ a: [1, null, 3, 4], k: ['u', 'v', null, 'v'], y: [1, 2, 3, null] });
    const dropped = planPreparation(raw, { target: 'y', missing: 'drop' });
    expect([...dropped.rows]).toEqual([0]);
    expect(dropped.notes).toEqual(['3 of 4 rows with missing cells are left out']);
    const imputed = planPreparation(raw, { target: 'y', missing: 'impute' });
    expect([...imputed.rows]).toEqual([0, 1, 2]);
    expect(imputed.notes).toEqual(['1 of 4 rows without a target is left out']);
    expect(() =>
      planPreparation(table({ a: [null, 1], y: [1, null] }), { target: 'y', missing: 'drop' }),
    ).toThrow('no row of "t.csv" is whole: `missing impute` fills in what is missing');
  });

  it('knows numbers, two classes and several', () => {
    const a = [1, 2, 3, 4];
    const target = (y: unknown[], options = {}) =>
      planPreparation(table({ a, y }), { target: 'y', ...options }).target;
    expect(target([1, 2, 3, 4])).toEqual({ kind: 'number', name: 'y' });
    expect(target(['b', 'a', 'a', 'b'])).toMatchObject({
      kind: 'two classes',
      positive: ['b'],
      negative: ['a'],
    });
    expect(target([0, 1, 1, 0], { classes: true })).toMatchObject({ positive: ['1'], negative: ['0'] });
    expect(target([9, 10, 8, 9], { positive: ['10.0'] })).toMatchObject({
      positive: ['10'],
      negative: ['8', '9'],
    });
    expect(target(['b', 'a', 'c', 'b'])).toMatchObject({ kind: 'several classes', classes: ['a', 'b', 'c'] });
    expect(() => target([0.5, 1.5, 2, 3], { classes: true })).toThrow(
      'invalid target: "y" (expected a column of at most 50 classes, and it has 4 different values',
    );
  });

  const good = { a: [1, 2, 3, 4, 5, 6], y: [3, 1, 2, 3, 1, 2] };
  it.each([
    [
      { a: [1, null, 3, null, 5, 6] },
      'row 2, column "a" of "t.csv" is missing (so are 2 cells in that column): `missing drop` leaves',
    ],
    [
      { y: [3, 1, 2, null, 1, 2] },
      /row 4, column "y" of "t\.csv" is missing: `missing drop` leaves such rows out$/,
    ],
    [
      { a: [1, 2, '12O', 4, 5, 6] },
      'row 3, column "a" of "t.csv" is "12O", not a finite number, as most cells of that column are: correct it',
    ],
    [
      { a: [1, 2, Number.POSITIVE_INFINITY, 4, 5, 6] },
      'row 3, column "a" of "t.csv" is "Infinity", not a finite',
    ],
    [
      { y: [3, 1, 'low', 3, 1, 2] },
      /row 3, column "y" of "t\.csv" is "low", not a finite number, .*: correct it, leave the row out \(empty the cell, and `missing drop`\), or take the column for classes \(`text y`\)$/,
    ],
    [
      { when: [null, '2024-01-31', '2024-02-01', '2024-02-02', '2024-03-01', '2024-03-02'] },
      'row 2, column "when" of "t.csv" is "2024-01-31": the column holds dates. Leave it out (`ignore when`)',
    ],
    [{ when: ['31.1.2024', '1.2.2024', '2.2.24', '1/3/2024', '1 Mar 2024', 'March 2, 2024'] }, 'holds dates'],
    [{ when: ['12:30', '9:05:59', '1:00', '2:00', '3:00', '4:00'] }, 'the column holds dates'],
    [
      { price: ['3,5', '4', '5.25', '1', '2', '3'] },
      'row 1, column "price" of "t.csv" is "3,5": the column holds decimals with commas and with points (3,5, 5.25). Write',
    ],
    [
      { price: ['3', '1.234,5', '5,25', '1', '2', '3'] },
      'row 2, column "price" of "t.csv" is "1.234,5": a number with separators of thousands. Write',
    ],
    [{ price: ["1'234", '4', '5', '1', '2', '3'] }, 'is "1\'234": a number with separators of thousands'],
    [
      { price: ['0.125', '2.375', '1 000', '4', '5', '6'] },
      'row 3, column "price" of "t.csv" is "1 000": a number with separators of thousands. Write',
    ],
    [
      { price: ['$800', '$1,200.50', '950', '$1,000', '$1', '3'] },
      'row 1, column "price" of "t.csv" is "$800": a number with a unit. Write numbers without "$", or take the column for text (`text price`)',
    ],
    [
      { share: ['24%', '-3.5 %', '7%', null, '1e2%', '0%'] },
      'is "24%": a number with a unit. Write numbers without "%"',
    ],
    [
      { y: ['1.234,5 €', '12 €', '7 €', '1 €', '2 €', '3 €'] },
      'column "y" of "t.csv" is "1.234,5 €": a number with a unit',
    ],
    [{ area: ['80 m2', '12.5 m2', '7 m2', '.5 m2', '2 m2', '3 m2'] }, 'Write numbers without "m2"'],
    [
      { a: [1, 2, '3%', 4, 5, 6] },
      'row 3, column "a" of "t.csv" is "3%", not a finite number, as most cells of that column are',
    ],
    [
      { a: [1, 2, 1e300, 4, 5, 6] },
      'row 3, column "a" of "t.csv" is 1e+300: models compute with numbers up to 3.4e+38. Correct it',
    ],
    [{ y: [3, 1, -1e300, 3, 1, 2] }, 'row 3, column "y" of "t.csv" is -1e+300: models compute'],
    [{ y: [null, null, null, null, null, null] }, 'the target "y" of "t.csv" is empty'],
    [
      { price: ['3,5', '4', 'x', '1,5', '2', '3'] },
      'row 3, column "price" of "t.csv" is "x", not a finite number',
    ],
    [
      { price: ['3', '1,234', '5', '1', '2,345', '3'] },
      'row 2, column "price" of "t.csv" is "1,234": 1.234 or 1234? `decimal ,` takes the comma for a decimal mark',
    ],
    [
      { price: ['3', '1,234', '5', '1', '2', '3'], size: ['1.5', '2', '3', '4', '5', '6'] },
      'is "1,234": a comma, and column "size" has points (1.5). Write numbers without separators of thousands',
    ],
    [
      { price: ['3,5', '4', '5', '1', '2', '3'], size: ['1', '2', '3.25', '4', '5', '6'] },
      'row 1, column "price" of "t.csv" is "3,5": a comma, and column "size" has points (3.25). Write the decimals',
    ],
  ])('refuses by row and column, with what would help, %#', (columns, message) => {
    expect(() => planPreparation(table({ ...good, ...columns }), { target: 'y' })).toThrow(message);
  });

  it.each([
    ['two terms', ['36 months', '60 months', '36 months', '60 months']],
    ['ranges', ['1-2', '3-2', '5-2', '10-20']],
    ['ranks', ['1st', '2nd', '3rd', '1st']],
    ['names that begin with a number', ['12 Monkeys', '3 Idiots', '8 Mile', '8 Mile']],
    ['codes', ['A1', 'A2', 'A3', 'A1']],
    ['mostly other texts', ['24%', 'none', 'some', '7%', '8%']],
  ])('takes %s for text', (_, a) => {
    const y = a.map((_, i) => i);
    const { inputs } = learnPreparation(table({ a, y }), { target: 'y' });
    expect(inputs).toMatchObject([{ kind: 'text', name: 'a' }]);
  });

  it('takes numbers with a unit for classes where the target is said to be one, and for text where a column is', () => {
    const sizes = ['8 GB', '16 GB', '32 GB', '8 GB'];
    const a = [1, 2, 3, 4];
    const target = planPreparation(table({ a, y: sizes }), { target: 'y', classes: true }).target;
    expect(target).toMatchObject({ kind: 'several classes', classes: ['16 GB', '32 GB', '8 GB'] });
    const { inputs } = learnPreparation(table({ sizes, y: a }), { target: 'y', text: ['sizes'] });
    expect(inputs).toMatchObject([{ kind: 'text', name: 'sizes' }]);
  });

  it('gathers faults of the table, not options that make no sense', () => {
    const faults = new TableFaults('"t.csv"');
    const unused = new InvalidArgumentError('levels', 0, 'a positive integer');
    expect(() =>
      faults.of(() => {
        throw unused;
      }),
    ).toThrow(unused);
    faults.refuse();
  });

  it('says all that is the matter with a table at once, and of one thing no more than that', () => {
    const days = ['2024-01-31', '2024-02-01', '2024-02-02', '2024-02-03', '2024-03-01', '2024-03-02'];
    const refusal = (columns: Readonly<Record<string, readonly unknown[]>>, options = {}): string[] => {
      try {
        planPreparation(table({ ...good, ...columns }), { target: 'y', ...options });
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return (error as UserError).message.split('\n');
      }
      return [];
    };
    const lines = refusal({
      when: days,
      // Of a column that is not read, nothing else is said.
      until: [null, ...days.slice(1)],
      size: [1, null, 3, '4O', 5, 6],
      y: [3, 1, 2, null, 1, 2],
    });
    expect(lines).toHaveLength(5);
    const beginnings = [
      '"t.csv" cannot be used as it is, for 4 reasons:',
      '  row 1, column "when" is "2024-01-31": the column holds dates. Leave it out (`ignore when`)',
      '  row 2, column "until" is "2024-02-01": the column holds dates. Leave it out (`ignore until`)',
      '  row 4, column "size" is "4O", not a finite number, as most cells of that column are: correct it',
      '  row 2, column "size" is missing (so are 2 cells in 2 columns): `missing drop` leaves',
    ];
    for (const [k, beginning] of beginnings.entries())
      expect(lines[k]!.slice(0, beginning.length)).toBe(beginning);
    const many = Object.fromEntries(Array.from({ length: 7 }, (_, k) => [`day ${k}`, days]));
    expect(refusal(many)).toHaveLength(7);
    expect(refusal(many)[0]).toBe('"t.csv" cannot be used as it is, for 7 reasons:');
    expect(refusal(many)[6]).toBe('  and 2 more');
    expect(refusal({ when: days })).toEqual([
      'row 1, column "when" of "t.csv" is "2024-01-31": the column holds dates. Leave it out (`ignore when`), or write numbers for them, such as days since the first',
    ]);
    expect(refusal({ when: days, until: days }, { ignore: ['when', 'until'] })).toEqual([]);
    // A name that is no column is a matter of the options.
    expect(refusal({ when: days, until: days }, { ignore: ['whan'] })[0]).toMatch(/^invalid ignore: "whan"/);
    expect(refusal({ y: days, a: days })).toHaveLength(3);
    expect(refusal({ y: ['1', '2', '3', '4', '5', '6'], a: days })).toHaveLength(1);
  });

  it('says of every column of a file to be scored what does not fit', () => {
    const preparation = learnPreparation(table({ ...good, b: [1, 5, 2, 3, 7, 3] }), { target: 'y' });
    const wrong = table({ a: ['low', 1, 2], b: [1, 'high', 3] });
    expect(() => preparedInputs(wrong, preparation)).toThrow(
      /^"t.csv" cannot be used as it is, for 2 reasons:\n {2}row 1, column "a" is "low", .*\n {2}row 2, column "b" is "high", [^\n]*$/,
    );
  });

  it('reads what a comma may be as it is told to, and what needs no telling by the cells', () => {
    const prices = { price: ['3', '1,234', '5', '1', '2,345', '3'] };
    const planned = (columns: object, options: object = {}) =>
      planPreparation(table({ ...good, ...columns }), { target: 'y', ...options });
    const learntFrom = ({ learn, rows }: ReturnType<typeof planned>) => learn(rows);
    const told = planned(prices, { decimal: ',' });
    expect(told.notes).toContain('decimals are read with commas');
    expect(learntFrom(told).decimal).toBe(',');
    expect(() => planned(prices, { decimal: '.' })).toThrow(
      'is "1,234": a comma, and decimals are said to have points',
    );
    // One cell of a column says what all are, and one column what the others are; 0,123 is no number of thousands.
    for (const more of ['4,5', '0,123', '1234,567', '-1,2e3'])
      expect(planned({ ...prices, size: [more, '1', '2', '3', '4', '5'] }).notes).toEqual(told.notes);
    expect(
      planned({ ...prices, size: ['1.5', '1', '2', '3', '4', '5'] }, { ignore: ['price'] }).notes,
    ).not.toContain('decimals are read with commas');
    expect(() => planned({ size: ['1.5', '1', '2', '3', '4', '5'] }, { decimal: ',' })).toThrow(
      'row 1, column "size" of "t.csv" is "1.5": a point, and decimals are said to have commas',
    );
    expect(() => planned(prices, { decimal: ';' })).toThrow('invalid decimal: ";" (expected one of ,, .)');
  });

  it('reads a target by what other columns, the training or the options say of decimals', () => {
    const open = ['324,273', '142,633', '7,125', '8,5e2', '9,001', '156,738'];
    const whole = ['1', '2', '3', '4', '5', '6'];
    for (const { y, size } of [
      { y: open.with(3, '850'), size: whole.with(0, '0,5') },
      { y: open, size: whole },
    ]) {
      const raw = table({ ...good, y, size });
      const preparation = learnPreparation(raw, { target: 'y' });
      expect(preparation.decimal).toBe(',');
      const { values } = preparedTable(raw, preparation).table;
      expect(values.filter((_, at) => at % 3 === 2)).toEqual(
        Float64Array.of(324.273, 142.633, 7.125, 850, 9.001, 156.738),
      );
      // A file to score whose own cells leave it open.
      const other = table({
        ...good,
        y: y.slice(0, 3).concat('1', '2', '3'),
        size: ['1', '2', '3', '4', '5', '6'],
      });
      const scored = preparedTable(other, preparation).table.values;
      expect([...scored.filter((_, at) => at % 3 === 2)]).toEqual([324.273, 142.633, 7.125, 1, 2, 3]);
    }
    const told = table({ ...good, y: ['324,273', '1', '2', '3', '4', '5'] });
    expect(() => learnPreparation(told, { target: 'y' })).toThrow('324.273 or 324273?');
    const preparation = learnPreparation(told, { target: 'y', decimal: ',' });
    expect(preparedTable(told, preparation).table.values[1]).toBe(324.273);
  });

  it('reads new files as the model was trained where they leave it open, and else by their cells', () => {
    const columns = (price: readonly string[]) => table({ ...good, price });
    const trained = learnPreparation(columns(['3,5', '4', '5', '1', '2', '3']), { target: 'y' });
    const kept = JSON.parse(JSON.stringify(trained));
    const read = (...price: string[]) => {
      const { table: inputs, notes } = preparedInputs(columns(price), kept);
      return [inputs.values.filter((_, at) => at % 2 === 1), notes];
    };
    const values = Float64Array.of(3, 1.234, 5, 1, 2, 3);
    expect(read('3', '1,234', '5', '1', '2', '3')).toEqual([values, ['decimals are read with commas']]);
    expect(read('3', '1.234', '5', '1', '2', '3')).toEqual([values, []]);
    const { decimal: _, ...pointed } = kept;
    expect(() => preparedInputs(columns(['3', '1,234', '5', '1', '2', '3']), pointed)).toThrow(
      '1.234 or 1234?',
    );
  });

  it('refuses options that make no sense, and unknown columns', () => {
    const refused = (options: object) =>
      expect(() => planPreparation(table(good), { target: 'y', ...options }));
    refused({ target: 'z' }).toThrow('invalid target: "z" (expected a column: a, y)');
    refused({ ignore: ['b'] }).toThrow('invalid ignore: "b" (expected a column: a, y)');
    refused({ text: ['b'] }).toThrow('invalid text: "b"');
    refused({ missing: 'mean' }).toThrow('invalid missing: "mean" (expected one of refuse, drop, impute)');
    refused({ levels: 0 }).toThrow('invalid levels: 0');
    refused({ levelz: 2 }).toThrow('invalid levelz: 2 (expected an option of a preparation: levels?)');
    refused({ ignore: ['a'] }).toThrow('there are no inputs beside the target "y"');
    expect(() => learnPreparation(table(good), { target: 'y' }, [6])).toThrow('invalid training row: 6');
  });

  it('refuses a file to score that lacks columns or holds text for numbers, and leaves others alone', () => {
    const raw = table({ a: [1, 2, 3], b: [3, 1, 1], k: ['u', 'v', 'u'], y: [1, 2, 3] });
    const preparation = learnPreparation(raw, { target: 'y' });
    expect(() => preparedInputs(table({ b: [1], c: [2] }), preparation)).toThrow(
      '"t.csv" lacks the columns "a", "k" that the model reads; it has b, c',
    );
    expect(() => preparedInputs(table({ a: [1, 'x'], b: [1, 2], k: ['u', 'v'] }), preparation)).toThrow(
      'row 2, column "a" of "t.csv" is "x", not a finite number, as the column held where the model was trained',
    );
    const scored = preparedInputs(
      table({ k: [null, 'v'], extra: [1, 2], b: [1, null], a: [1, 2] }),
      preparation,
    );
    expect(scored.notes).toEqual(['not used: column "extra"']);
    expect(scored.incomplete).toEqual([0, 1]);
    expect([...scored.table.values]).toEqual([1, 1, Number.NaN, 2, Number.NaN, 1]);
    expect(() => preparedTable(rawRows(raw, [0, 1]), preparation)).not.toThrow();
    const holes = table({ a: [1, 2, 3], b: [3, null, 1], k: ['u', 'v', 'u'], y: [1, 2, 3] });
    expect(() => preparedTable(holes, preparation, [0, 1])).toThrow(
      'row 2, column "b" of "t.csv" is missing',
    );
  });
});
