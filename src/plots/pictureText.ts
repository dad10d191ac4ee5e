import { escaped } from './texLabels.ts';

/** What a picture says about itself, in the metadata of its file. */
export interface PictureText {
  /** What is drawn, in words, for those who cannot see it: the caption. */
  readonly description: string;
  /** A short title; the first sentence of the description unless given. */
  readonly title?: string;
  /** The program and its version. */
  readonly creator?: string;
  /** The command that makes the picture, or where its numbers come from. */
  readonly source?: string;
}

/** The same with a title and a creator. */
export type WholePictureText = PictureText & Required<Pick<PictureText, 'title' | 'creator'>>;

const PACKAGE = 'robust-random-features';

export const wholeText = ({ description, title, creator, source }: PictureText): WholePictureText => ({
  description,
  title: title ?? /^.*?[.:](?=\s|$)/.exec(description)?.[0].slice(0, -1) ?? description,
  creator: creator ?? PACKAGE,
  ...(source !== undefined && { source }),
});

/** As elements of Dublin Core, which SVG's `metadata` and PDF's XMP both hold. */
export function dublinCore(text: WholePictureText): string {
  const { title, description, creator, source } = text;
  const alternatives = (words: string): string =>
    `<rdf:Alt><rdf:li xml:lang="x-default">${escaped(words)}</rdf:li></rdf:Alt>`;
  return [
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    '<rdf:Description rdf:about="">',
    `<dc:title>${alternatives(title)}</dc:title>`,
    `<dc:description>${alternatives(description)}</dc:description>`,
    `<dc:creator><rdf:Seq><rdf:li>${escaped(creator)}</rdf:li></rdf:Seq></dc:creator>`,
    ...(source === undefined ? [] : [`<dc:source>${escaped(source)}</dc:source>`]),
    '</rdf:Description></rdf:RDF>',
  ].join('');
}

/** The elements by which an SVG describes itself. */
export const svgMetadata = (text: WholePictureText): string =>
  `<title>${escaped(text.title)}</title><desc>${escaped(text.description)}</desc><metadata>${dublinCore(text)}</metadata>`;

/** What an SVG says about itself, by {@link svgMetadata} or, of another's making, by its label. */
export function pictureTextOf(svg: string): WholePictureText {
  const inner = (name: string): string | undefined => {
    const found = new RegExp(`<${name}>([^]*?)</${name}>`).exec(svg)?.[1];
    return found && unescaped(found.replace(/<[^>]*>/g, ''));
  };
  const label = /<svg(?:"[^"]*"|[^">])*? aria-label="([^"]*)"/.exec(svg)?.[1];
  const [title, creator, source] = [inner('title'), inner('dc:creator'), inner('dc:source')];
  return wholeText({
    description: inner('desc') ?? (label && unescaped(label)) ?? '',
    ...(title && { title }),
    ...(creator && { creator }),
    ...(source && { source }),
  });
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
