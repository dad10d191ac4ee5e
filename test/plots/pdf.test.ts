import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { svgToPdf } from '../../src/plots/pdf.ts';
import { pictureFormat, writePicture } from '../../src/plots/picture.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
const svg = (inner: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200" viewBox="0 0 400 200" aria-label="risk against ψ">${inner}</svg>`;

/** The objects of a PDF file, found by its own table of where they begin, and the operators of its page. */
function read(pdf: Uint8Array) {
  const text = Buffer.from(pdf).toString('latin1');
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)![1]);
  const begins = [...text.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, at]) => Number(at));
  const objects = begins.map((at) => text.slice(at, text.indexOf('\nendobj', at)));
  objects.forEach((object, i) => {
    expect(object.startsWith(`${i + 1} 0 obj\n`)).toBe(true);
  });
  const content = objects.find((object) => object.includes('/FlateDecode'))!;
  const length = Number(/\/Length (\d+)/.exec(content)![1]);
  const stream = content.slice(content.indexOf('stream\n') + 7, content.lastIndexOf('\nendstream'));
  expect(stream.length).toBe(length);
  const operators = inflateSync(Buffer.from(stream, 'latin1')).toString('latin1').split('\n');
  return { objects, operators };
}

describe('svgToPdf', () => {
  it('gives one page of the size of the picture, with its description as the title', () => {
    const { objects } = read(svgToPdf(svg('<rect width="10" height="10"/>')));
    // 400 x 200 pixels of 1/96 inch are 300 x 150 points of 1/72 inch.
    expect(objects.join('\n')).toContain('/MediaBox [0 0 300 150]');
    const title = /\/Title <([0-9a-f]+)>/.exec(objects.join('\n'))![1]!;
    expect(Buffer.from(title, 'hex').swap16().toString('utf16le')).toBe('\uFEFFrisk against ψ');
  });

  it('draws fills, strokes, dashes, opacity, clips and curves as operators', () => {
    const { objects, operators } = read(
      svgToPdf(
        svg(
          '<defs><clipPath id="c"><rect x="1" y="2" width="3" height="4"/></clipPath></defs>' +
            '<g transform="translate(5,6)" clip-path="url(#c)"><path d="M10,20L30,40" stroke="#ff0000" stroke-width="2" stroke-dasharray="6,4" fill="none"/></g>' +
            '<path d="M0,0Q30,60 60,0Z" fill="#0000ff" opacity="0.5"/>',
        ),
      ),
    );
    const drawn = operators.join(' ');
    expect(operators[0]).toBe('0.75 0 0 -0.75 0 150 cm');
    expect(drawn).toContain('1 0 0 1 5 6 cm');
    expect(drawn).toMatch(/1 2 m 4 2 l 4 6 l 1 6 l h W n/);
    expect(drawn).toMatch(/1 0 0 RG 2 w 0 J 0 j 4 M \[6 4\] 0 d 10 20 m 30 40 l S/);
    // A quadratic curve from a by b to c is a cubic one by a + 2/3 (b - a) and c + 2/3 (b - c).
    expect(drawn).toMatch(/0 0 1 rg 0 0 m 20 40 40 40 60 0 c h f/);
    expect(objects.join('\n')).toContain('/ca 0.5');
    expect(operators.filter((line) => line === 'q')).toHaveLength(
      operators.filter((line) => line === 'Q').length,
    );
  });

  it('gives the same bytes for the same picture', () => {
    const picture = svg('<circle cx="50" cy="50" r="20" fill="#123456"/>');
    expect(svgToPdf(picture)).toEqual(svgToPdf(picture));
  });
});

describe('writePicture', () => {
  it.each([
    ['a.svg', '<svg'],
    ['a.PNG', '\x89PNG'],
    ['a.pdf', '%PDF-1.4'],
  ])('writes %s as what its name says', async (name, begin) => {
    const path = join(folder, name);
    await writePicture(path, svg('<rect width="10" height="10"/>'));
    expect(readFileSync(path).toString('latin1').startsWith(begin)).toBe(true);
  });

  it.each(['a.gif', 'svg', '', 'a.svg.txt', 'a.'])('refuses %j, naming the three formats', async (name) => {
    const message = `invalid plot: ${JSON.stringify(name)} (expected FILE.svg, FILE.png or FILE.pdf)`;
    expect(() => pictureFormat('plot', name)).toThrow(message);
    await expect(writePicture(name, svg(''))).rejects.toThrow(message.replace('plot', 'path'));
    expect(existsSync(join(folder, name, 'x'))).toBe(false);
  });
});
