import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { panelFigure } from '../../src/plots/panels.ts';
import { htmlReport, type Report } from '../../src/plots/report.ts';

const svg = panelFigure({
  panels: [
    {
      title: 'a <b> & $x^2$',
      series: [
        {
          ...{ label: 'measured', colour: '#000', draw: 'symbols' },
          points: [{ x: 0.5, y: 1, standardError: 0.1 }],
        },
      ],
    },
  ],
  x: { label: '$\\varepsilon$', scale: 'linear', domain: [0, 1] },
  y: { label: 'risk', scale: 'linear', domain: [0, 2] },
  description: 'risk against eps',
});

const nasty = `</td><script>alert("1")</script> & 'x'\u0007`;

const report: Report = {
  title: `Report on ${nasty}`,
  summary: [nasty],
  sections: [
    {
      title: nasty,
      text: [nasty, 'second'],
      pictures: [
        { svg, caption: nasty },
        { svg, caption: 'the same again' },
      ],
      tables: [
        {
          columns: ['name', 'risk', nasty],
          rows: [
            [nasty, '0.5', '1e-3'],
            ['b', '-1.25 +- 0.1', '-'],
          ],
        },
      ],
    },
  ],
  settings: { csv: nasty, eps: 0.4, list: [1, 2], nothing: undefined },
  command: ['rrf', 'train', '--csv', "it's here.csv", '--eps', '0.4'],
  version: '1.2.3',
};

/** Names of the elements in the order in which they open. @throws where one is not closed, as XML demands */
function elementsOf(markup: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [tag, end, name, empty] of markup.matchAll(
    /<(\/?)([a-zA-Z][\w:-]*)(?:"[^"]*"|'[^']*'|[^>"'])*?(\/?)>/g,
  )) {
    if (end) {
      if (open.pop() !== name) throw new Error(`${tag} closes something else`);
    } else {
      names.push(name!);
      if (!empty) open.push(name!);
    }
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return names;
}

describe('htmlReport', () => {
  const html = htmlReport(report);
  const page = parseHTML(html).document;

  it('closes every element that it opens, and no ampersand stands for itself', () => {
    const names = elementsOf(html.replace(/<style>[\s\S]*?<\/style>/g, ''));
    expect(names.slice(0, 2)).toEqual(['html', 'head']);
    expect(html).not.toMatch(/&(?!(amp|lt|gt|quot|#\d+);)/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML refuses
    expect(html).not.toMatch(/[\u0000-\u0008]/);
  });

  it('fetches and runs nothing', () => {
    const addresses = html.match(/\w+:\/\/[^"'\s<]*/g) ?? [];
    // The name of the SVG language is no address.
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
    for (const tag of ['script', 'link', 'img', 'iframe', 'object', 'embed'])
      expect(page.querySelectorAll(tag)).toHaveLength(0);
    expect(html).not.toMatch(/@import|url\((?!#)/);
    for (const element of page.querySelectorAll('*'))
      for (const { name } of element.attributes) expect(name).not.toMatch(/^(on|src$|href$)/);
  });

  it('shows text as it is', () => {
    const shown = nasty.replace('\u0007', '');
    expect(page.querySelector('h1')!.textContent).toBe(`Report on ${shown}`);
    expect(page.querySelector('td')!.textContent).toBe(shown);
    expect(page.querySelector('figcaption')!.textContent).toBe(shown);
    expect([...page.querySelectorAll('p')].map((p) => p.textContent).slice(0, 3)).toEqual([
      shown,
      shown,
      'second',
    ]);
  });

  it('sets columns of numbers to the right, and no others', () => {
    const [header] = page.querySelectorAll('tr');
    expect([...header!.querySelectorAll('th')].map((th) => th.className)).toEqual(['', 'number', 'number']);
  });

  it('ends with the settings, the version and the command, quoted for a shell', () => {
    const settings = [...page.querySelectorAll('table')].at(-1)!;
    expect([...settings.querySelectorAll('td')].map((td) => td.textContent).slice(2)).toEqual([
      ...['eps', '0.4', 'list', '[1,2]', 'nothing', '-'],
    ]);
    expect(page.querySelector('pre')!.textContent).toBe(`rrf train --csv 'it'\\''s here.csv' --eps 0.4`);
    expect(html).toContain('robust-random-features 1.2.3');
  });

  it('gives the parts of two pictures different names, each used where it was', () => {
    const ids = [...page.querySelectorAll('[id]')].map((element) => element.id);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
    const used = [...html.matchAll(/url\(#([^)]*)\)/g)].map(([, id]) => id);
    expect(new Set(used)).toEqual(new Set(ids));
  });

  it('refuses pictures that fetch or run something, and rows that do not fit their columns', () => {
    const withPicture = (inside: string) => () =>
      htmlReport({
        ...report,
        sections: [{ title: 'x', pictures: [{ svg: `<svg>${inside}</svg>`, caption: '' }] }],
      });
    for (const inside of [
      '<script>1</script>',
      '<image href="https://example.org/x.png"/>',
      '<a xlink:href="javascript:alert(1)"/>',
      '<rect onload="alert(1)"/>',
      '<rect style="fill:url(https://example.org/x)"/>',
    ])
      expect(withPicture(inside)).toThrow(
        /invalid svg: .* \(expected a picture that fetches and runs nothing\)/,
      );
    expect(withPicture('<use href="#a"/><rect fill="url(#a)"/>')).not.toThrow();
    expect(() =>
      htmlReport({ ...report, sections: [{ title: 'x', tables: [{ columns: ['a'], rows: [['1', '2']] }] }] }),
    ).toThrow(/invalid rows: \["1", "2"\] \(expected 1 cells, one a column\)/);
    expect(() => htmlReport({ ...report, settings: {}, sectionz: [] } as never)).toThrow(/sections\?/);
  });
});
