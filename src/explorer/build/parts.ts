import { basename } from 'node:path';
import type { Rolldown } from 'vite';

/** A file of the built page. */
export interface Part {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** the files that it names, and those that it imports on demand */
  readonly names: readonly string[];
  readonly onDemand: readonly string[];
}

/** The built page and all that it needs, whatever its reader does, where there is no graphics processor. */
export interface Parts {
  readonly html: string;
  /** elements of `html` that bring the script and the style sheet, and the names of these */
  readonly script: { readonly element: string; readonly name: string };
  readonly sheet: { readonly element: string; readonly name: string };
  /** each after those that it names */
  readonly files: readonly Part[];
}

/** `import("./name.js")`, of one name or of any, which is the first group. */
export const importOf = (name = '[^"\'`/]+\\.js'): RegExp =>
  new RegExp(`import\\(\\s*["'\`][^"'\`]*?(${name})["'\`]\\s*\\)`, 'g');

/** Finds the parts by their names, which have hashes and therefore stand for nothing else. */
export function partsOf(bundle: Rolldown.OutputBundle): Parts {
  const contents = new Map(
    Object.entries(bundle).map(([name, file]) => [
      basename(name),
      file.type === 'chunk' ? file.code : file.source,
    ]),
  );
  const html = String(contents.get('index.html'));
  const [script, sheet] = [
    /<script type="module"[^>]*src="[^"]*?([^"/]+)"[^>]*><\/script>/,
    /<link rel="stylesheet"[^>]*href="[^"]*?([^"/]+)"[^>]*>/,
  ].map((pattern) => {
    const found = pattern.exec(html);
    if (!found) throw new Error(`the page has no ${pattern.source}`);
    return { element: found[0], name: found[1]! };
  });
  const files = new Map<string, Part>();
  const add = (name: string): void => {
    if (files.has(name)) return;
    const content = contents.get(name)!;
    const text = /\.(js|css)$/.test(name) ? String(content) : '';
    const named = [...contents.keys()].filter((other) => other !== name && text.includes(other));
    const onDemand = named.filter((other) => importOf(other).test(text));
    const names = named.filter((other) => !onDemand.includes(other));
    for (const other of names) add(other);
    files.set(name, { name, content, names, onDemand });
    // A worker imports on demand what a graphics processor needs.
    if (name === script!.name) for (const other of onDemand) add(other);
  };
  add(script!.name);
  add(sheet!.name);
  return { html, script: script!, sheet: sheet!, files: [...files.values()] };
}
