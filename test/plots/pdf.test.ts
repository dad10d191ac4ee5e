import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type PanelFigure, panelFigure } from '../../src/plots/panels.ts';
import { svgToPdf } from '../../src/plots/pdf.ts';
import { pictureFormat, writePicture } from '../../src/plots/picture.ts';
import { svgToPng } from '../../src/plots/png.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { parsed } from './drawn.ts';

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

const figure: PanelFigure = {
  panels: [{ title: 'a & b', series: [{ label: 'x', colour: 'red', draw: 'line', points: [] }] }],
  x: { label: 'width $\\psi_1$', scale: 'log', domain: [1, 100] },
  y: { label: 'risk', scale: 'linear', domain: [0, 1.2] },
  title: 'A < title',
  description: 'Risk "a" & b > c against width. Five seeds.',
  creator: 'somebody 1.2',
  source: 'npx --option "a & b"',
};

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
    expect(operators.slice(0, 2)).toEqual(['q', '0.75 0 0 -0.75 0 150 cm']);
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

  it('has the words of a picture as text that can be read, at the size they are drawn', () => {
    const { objects, operators } = read(svgToPdf(panelFigure(figure)));
    const map = objects.find((object) => object.includes('beginbfchar'))!;
    const characters = new Map(
      [...map.matchAll(/^<([\da-f]{4})> <([\da-f]+)>$/gm)].map(([, id, code]) => [
        id!,
        Buffer.from(code!, 'hex').swap16().toString('utf16le'),
      ]),
    );
    const labels = operators.join('\n').split('BT').slice(1);
    const read1 = (label: string): string =>
      [...label.matchAll(/<([\da-f]{4})> Tj/g)].map(([, id]) => characters.get(id!)!).join('');
    const words = labels.map(read1);
    expect(words).toEqual(expect.arrayContaining(['width ψ1', 'risk', 'a & b', '1', '100']));
    // Upright type of 16 units; the vertical axis is a quarter of a turn, 17 units.
    const place = (word: string): number[] =>
      labels[words.indexOf(word)]!.match(/^(.*) Tm/m)![1]!
        .split(' ')
        .map(Number);
    expect(place('a & b').slice(0, 4)).toEqual([16, 0, 0, -16]);
    const turned = place('risk').slice(0, 4);
    [0, -17, -17, 0].forEach((value, i) => {
      expect(turned[i]).toBeCloseTo(value, 3);
    });
    expect(objects.join('\n')).toMatch(/FontFile2/);
  });

  it('embeds a font that holds together: checksums, tables, and glyphs where its index says', () => {
    const { objects } = read(svgToPdf(panelFigure(figure)));
    const object = objects.find((one) => one.includes('/Length1'))!;
    const font = Buffer.from(
      object.slice(object.indexOf('stream\n') + 7, object.lastIndexOf('\nendstream')),
      'latin1',
    );
    let sum = 0;
    for (let at = 0; at < font.length; at += 4) sum = (sum + font.readUInt32BE(at)) >>> 0;
    // The whole file sums to the number that OpenType prescribes.
    expect(sum).toBe(0xb1b0afba);
    const table = (name: string): Buffer => {
      const entry = font.subarray(12).indexOf(name) + 12;
      const at = font.readUInt32BE(entry + 8);
      return font.subarray(at, at + font.readUInt32BE(entry + 12));
    };
    const count = table('maxp').readUInt16BE(4);
    const offsets = Array.from({ length: count + 1 }, (_, i) => table('loca').readUInt32BE(4 * i));
    expect(offsets.at(-1)).toBe(table('glyf').length);
    expect(table('hmtx')).toHaveLength(4 * count);
    expect([...offsets].sort((a, b) => a - b)).toEqual(offsets);
    expect(table('head').readUInt16BE(18)).toBe(1000);
    // Each outline ends where the next begins, but for padding to four bytes.
    for (let i = 0; i < count; i++) {
      const glyph = table('glyf').subarray(offsets[i], offsets[i + 1]);
      if (glyph.length === 0) continue;
      const contours = glyph.readUInt16BE(0);
      const points = glyph.readUInt16BE(10 + 2 * (contours - 1)) + 1;
      const size = 10 + 2 * contours + 2 + points * 5;
      expect(glyph.length - size).toBeGreaterThanOrEqual(0);
      expect(glyph.length - size).toBeLessThan(4);
    }
  });

  it('gives the same bytes for the same picture', () => {
    const picture = svg('<circle cx="50" cy="50" r="20" fill="#123456"/>');
    expect(svgToPdf(picture)).toEqual(svgToPdf(picture));
  });
});

describe('what a picture says about itself', () => {
  const svg = panelFigure(figure);

  it('is in the elements of an SVG', () => {
    const root = parsed(svg);
    expect(root.querySelector('title')!.textContent).toBe('A < title');
    expect(root.querySelector('desc')!.textContent).toBe(figure.description);
    expect(svg).toContain('<dc:source>npx --option "a &amp; b"</dc:source>');
  });

  it('is in the texts of a PNG, whose chunks are whole', () => {
    const png = Buffer.from(svgToPng(svg));
    const texts = new Map<string, string>();
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      const [named, content] = [png.subarray(at + 4, at + 8 + length), png.subarray(at + 8, at + 8 + length)];
      expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(named));
      if (named.toString('latin1', 0, 4) === 'iTXt') {
        const end = content.indexOf(0);
        texts.set(content.toString('latin1', 0, end), content.toString('utf8', end + 5));
      }
      at += 12 + length;
    }
    expect(Object.fromEntries(texts)).toEqual({
      Title: figure.title,
      Description: figure.description,
      Software: figure.creator,
      Source: figure.source,
    });
  });

  it('is in the Info and in the XMP of a PDF', () => {
    const all = read(svgToPdf(svg)).objects.join('\n');
    const entry = (name: string): string =>
      Buffer.from(new RegExp(`/${name} <([\\da-f]+)>`).exec(all)![1]!, 'hex')
        .swap16()
        .toString('utf16le')
        .slice(1);
    expect([entry('Title'), entry('Subject'), entry('Creator'), entry('Source')]).toEqual([
      figure.title,
      figure.description,
      figure.creator,
      figure.source,
    ]);
    expect(all).toContain('/Type /Metadata /Subtype /XML');
    expect(all).toContain('A &lt; title</rdf:li>');
  });

  it('begins with the first sentence of the caption where there is no title', () => {
    const { title: _, ...rest } = figure;
    expect(parsed(panelFigure(rest)).querySelector('title')!.textContent).toBe(
      'Risk "a" & b > c against width',
    );
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
