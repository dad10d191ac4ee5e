import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of code in a document. */
export interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** Every document that people read in the repository. */
export const documents: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'notebooks', 'data', 'scripts/peers'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

export const textOf = (document: string): string => readFileSync(`${root}/${document}`, 'utf8');

export const blocks: readonly Block[] = documents.flatMap((document) => {
  const text = textOf(document);
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[1]!,
    code: match[2]!,
  }));
});

/** The commands of all blocks of shell, without comments, prompts and printed answers. */
export const commands = blocks.flatMap(({ document, language, code }) => {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  const typed =
    language === 'sh'
      ? lines
      : language === 'console'
        ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
        : [];
  return typed
    .map((line) =>
      line
        .replace(/(^|\s+)#.*$/, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
    .map((command) => ({ document, command }));
});
