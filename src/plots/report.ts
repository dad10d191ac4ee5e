import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import { shellWord } from '../shellWord.ts';

/** A table of a report. Cells are text, as they are to be read. */
export interface ReportTable {
  /** What stands above each column. */
  readonly columns: readonly string[];
  /** As many cells a row as there are columns. */
  readonly rows: readonly (readonly string[])[];
}

/** A picture of a report. */
export interface ReportPicture {
  /** Source as `panelFigure` gives it: without scripts, fonts or anything to be fetched. */
  readonly svg: string;
  /** What it shows, and what its error bars are of. */
  readonly caption: string;
}

/** A part of a report: a heading, and below it sentences, pictures and tables in this order. */
export interface ReportSection {
  /** Its heading. */
  readonly title: string;
  /** A paragraph each. */
  readonly text?: readonly string[];
  /** Drawn below the text. */
  readonly pictures?: readonly ReportPicture[];
  /** Below the pictures. */
  readonly tables?: readonly ReportTable[];
}

/** All that a report says. */
export interface Report {
  /** Of the page. */
  readonly title: string;
  /** The answer, a paragraph each, ahead of all sections. */
  readonly summary: readonly string[];
  /** In order. */
  readonly sections: readonly ReportSection[];
  /** Every setting, defaults among them, by name. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Words of the command that makes the report again, the name of the programme first. */
  readonly command: readonly string[];
  /** Of this package. */
  readonly version: string;
}

const PARTS: OptionNames<Report> = {
  title: true,
  summary: true,
  sections: true,
  settings: true,
  command: true,
  version: true,
};

const STYLE = `
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; color: #1a1a1a; background: #fff;
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2rem; }
figure { margin: 1rem 0; }
figure svg { display: block; max-width: 100%; min-width: 20rem; height: auto; }
figcaption { color: #555; font-size: 0.9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
th { border-bottom: 1px solid #555; }
.number { text-align: right; }
pre { background: #f4f4f4; padding: 0.7rem; white-space: pre-wrap; }
@media print { body { max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }`;

/**
 * A report as one HTML file that is complete in itself: it fetches nothing, runs nothing, and parses as XML too. All text
 * is escaped; pictures are inside.
 * @throws InvalidArgumentError for parts that a report has not, a row of another length than the columns, or a picture that
 * would fetch or run something
 */
export function htmlReport(report: Report): string {
  checkOptions('htmlReport', report ?? null, PARTS);
  const { title, summary, sections, settings, command, version } = report;
  let pictures = 0;
  const drawn = (picture: ReportPicture): string => {
    pictures++;
    return `<figure><div class="scroll">${embedded(picture.svg, `picture-${pictures}`)}</div><figcaption>${text(picture.caption)}</figcaption></figure>`;
  };
  const body = [
    `<h1>${text(title)}</h1>`,
    ...summary.map(paragraph),
    ...sections.flatMap(({ title: heading, text: sentences = [], pictures: shown = [], tables = [] }) => [
      `<h2>${text(heading)}</h2>`,
      ...sentences.map(paragraph),
      ...shown.map(drawn),
      ...tables.map(tableMarkup),
    ]),
    '<h2>Settings</h2>',
    tableMarkup({
      columns: ['setting', 'value'],
      rows: Object.entries(settings).map(([name, value]) => [name, settingText(value)]),
    }),
    '<h2>Made by</h2>',
    `<p>robust-random-features ${text(version)}. The same report again:</p>`,
    `<pre><code>${text(command.map(shellWord).join(' '))}</code></pre>`,
  ];
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    // A second bolt: whatever should slip through, a browser fetches and runs nothing.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>`,
    `<title>${text(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Text for the inside of markup and of attributes; control characters that XML does not take are left out. */
const text = (words: string): string =>
  words
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML refuses
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const paragraph = (words: string): string => `<p>${text(words)}</p>`;

/** A number as a report writes it, with its sign, exponent, standard error or unit of per cent. */
const NUMERIC = /^[-+\u2212]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?( %| \+- \S+)?$/i;

/** Columns of numbers are set to the right. */
function tableMarkup({ columns, rows }: ReportTable): string {
  const wrong = rows.find((row) => row.length !== columns.length);
  if (wrong) throw new InvalidArgumentError('rows', wrong, `${columns.length} cells, one a column`);
  const numeric = columns.map((_, j) => rows.every((row) => row[j] === '-' || NUMERIC.test(row[j]!)));
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map((cell, j) => `<${tag}${numeric[j] ? ' class="number"' : ''}>${text(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells('th', columns)}</thead><tbody>${rows
    .map((row) => cells('td', row))
    .join('\n')}</tbody></table></div>`;
}

const settingText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '-' : JSON.stringify(value);

/** What a picture must not hold: what runs, and what is fetched from elsewhere. */
const FOREIGN =
  /<script|<foreignObject|<iframe|\son\w+\s*=|javascript:|(?:href|src)\s*=\s*["']?(?!["']?#)|url\((?!["']?#)/i;

/** What a picture says of itself for other programmes; on the page the caption does. */
const METADATA = /<metadata>[\s\S]*?<\/metadata>/g;

/** The picture with names of its own: on one page those of two pictures would be one. */
function embedded(svg: string, name: string): string {
  if (!/^<svg[\s>]/.test(svg)) throw new InvalidArgumentError('svg', svg, 'source that begins with <svg');
  const foreign = FOREIGN.exec(svg);
  if (foreign) throw new InvalidArgumentError('svg', foreign[0], 'a picture that fetches and runs nothing');
  return svg
    .replace(METADATA, '')
    .replace(/\sid="([^"]*)"/g, ` id="${name}-$1"`)
    .replace(/url\((["']?)#/g, `url($1#${name}-`)
    .replace(/href="#/g, `href="#${name}-`);
}
