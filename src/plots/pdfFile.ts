import type { PictureWords } from './pdfText.ts';
import { dublinCore, type WholePictureText } from './pictureText.ts';
import { ASCENT, DESCENT } from './trueType.ts';

/** PDF has no exponents. */
export const decimals = (value: number): string => String(Number(value.toFixed(4)));

/** Opacities of what is filled and of what is stroked. */
export interface Opacity {
  readonly fill: number;
  readonly stroke: number;
}

interface Page {
  /** In points. */
  readonly width: number;
  readonly height: number;
  readonly text: WholePictureText;
  /** The operators of the page, deflated. */
  readonly content: Uint8Array;
  readonly states: readonly Opacity[];
  readonly words: PictureWords;
}

/** What follows a number of an object: its text, or pieces of it. */
type PdfObject = string | readonly (string | Uint8Array)[];

const FONT_NAME = '/RRFTEX+MathJaxTeX';

/** A file of one page (ISO 32000-1, sections 7.5 and 8): objects, the table of where each begins, and the trailer. */
export function pdfFile({ width, height, text, content, states, words }: Page): Uint8Array {
  const opacities = states.map(({ fill, stroke }, i) => `/G${i} << /ca ${fill} /CA ${stroke} >>`).join(' ');
  const box = `[0 0 ${decimals(width)} ${decimals(height)}]`;
  const { title, description, creator, source } = text;
  const info = [
    `/Title ${textString(title)}`,
    `/Subject ${textString(description)}`,
    `/Creator ${textString(creator)}`,
    ...(source === undefined ? [] : [`/Source ${textString(source)}`]),
    '/Producer (robust-random-features)',
  ];
  const font = words.labels.length > 0;
  const resources = `/ExtGState << ${opacities} >>${font ? ' /Font << /F 7 0 R >>' : ''}`;
  const objects: PdfObject[] = [
    '<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources << ${resources} >> >>`,
    stream(content, '/Filter /FlateDecode'),
    `<< ${info.join(' ')} >>`,
    stream(Buffer.from(xmp(text)), '/Type /Metadata /Subtype /XML'),
    ...(font ? fontObjects(words, 7) : []),
  ];
  const pieces: Buffer[] = [];
  let length = 0;
  const add = (piece: string | Uint8Array): void => {
    const bytes = Buffer.from(piece as string);
    pieces.push(bytes);
    length += bytes.length;
  };
  add('%PDF-1.4\n%\u00e2\u00e3\n');
  const begins = objects.map((object, i) => {
    const at = length;
    for (const piece of [`${i + 1} 0 obj\n`, ...[object].flat(), '\nendobj\n']) add(piece);
    return at;
  });
  const table = begins.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  add(
    `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${length}\n%%EOF\n`,
  );
  return Buffer.concat(pieces);
}

const stream = (bytes: Uint8Array, entries: string): PdfObject => [
  `<< /Length ${bytes.length} ${entries} >>\nstream\n`,
  bytes,
  '\nendstream',
];

/** Text in UTF-16, as strings of a PDF hold it. */
const hexadecimal = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');
const textString = (text: string): string => `<${hexadecimal(`\uFEFF${text}`)}>`;

const xmp = (text: WholePictureText): string =>
  '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
  `<x:xmpmeta xmlns:x="adobe:ns:meta/">${dublinCore(text)}</x:xmpmeta><?xpacket end="r"?>`;

/** A font whose characters are the numbers of its glyphs (section 9.7), as objects that begin with the number `first`. */
function fontObjects({ font, glyphs }: PictureWords, first: number): PdfObject[] {
  const [descendant, descriptor, file, unicode] = [1, 2, 3, 4].map((k) => `${first + k} 0 R`);
  const widths = glyphs.map(({ advance }) => advance).join(' ');
  return [
    `<< /Type /Font /Subtype /Type0 /BaseFont ${FONT_NAME} /Encoding /Identity-H /DescendantFonts [${descendant}] /ToUnicode ${unicode} >>`,
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont ${FONT_NAME} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor ${descriptor} /DW 500 /W [1 [${widths}]] /CIDToGIDMap /Identity >>`,
    `<< /Type /FontDescriptor /FontName ${FONT_NAME} /Flags 4 /FontBBox [-300 ${DESCENT} 1500 ${ASCENT}] /ItalicAngle 0 /Ascent ${ASCENT} /Descent ${DESCENT} /CapHeight 683 /StemV 70 /FontFile2 ${file} >>`,
    stream(font, `/Length1 ${font.length}`),
    stream(Buffer.from(toUnicode(glyphs)), ''),
  ];
}

/** Which characters each glyph stands for (section 9.10.3); a list has at most a hundred entries. */
function toUnicode(glyphs: PictureWords['glyphs']): string {
  const entries = glyphs.map(
    ({ characters }, i) => `<${(i + 1).toString(16).padStart(4, '0')}> <${hexadecimal(characters)}>`,
  );
  const lists = Array.from({ length: Math.ceil(entries.length / 100) }, (_, k) =>
    entries.slice(100 * k, 100 * (k + 1)),
  );
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def /CMapType 2 def',
    '1 begincodespacerange <0000> <ffff> endcodespacerange',
    ...lists.map((list) => [`${list.length} beginbfchar`, ...list, 'endbfchar'].join('\n')),
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n');
}
