import { basename } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build, type Plugin, type Rolldown } from 'vite';
import { importOf, type Part, partsOf } from './parts.ts';

/** The page as one file. */
const FILE = 'explorer.html';

/** A file inside the page: its name, its type, how many bytes it has, the names of those that it names itself, and whether it is a worker. */
type Folded = readonly [
  name: string,
  type: string,
  bytes: number,
  names: readonly string[],
  isWorker: boolean,
];

/**
 * Puts beside the built page another one that is all in one file, which opens from a folder too: browsers load neither
 * scripts nor workers nor WebAssembly from files beside a page, but they run what is in it.
 */
export const oneFile = (): Plugin => ({
  name: 'one-file',
  apply: 'build',
  enforce: 'post',
  // Such a list holds names of files as well.
  config: () => ({ build: { modulePreload: false } }),
  transformIndexHtml: () => [
    {
      tag: 'script',
      injectTo: 'head-prepend',
      children: `location.protocol === 'file:' && location.replace('${FILE}' + location.hash);`,
    },
  ],
  generateBundle: {
    // After Vite has written its last word into the parts.
    order: 'post',
    async handler(_, bundle) {
      const { html, script, sheet, files } = partsOf(bundle);
      const style = String(files.find(({ name }) => name === sheet.name)!.content);
      const inside = (await inPage(files, script.name, sheet.name)).map((part) => ({
        ...part,
        bytes: Buffer.from(part.content),
      }));
      const folded = inside.map(
        ({ name, names, bytes }): Folded => [
          name,
          TYPES[name.replace(/^.*\./, '')] ?? '',
          bytes.length,
          names,
          WORKER.test(name),
        ],
      );
      const packed = deflateRawSync(Buffer.concat(inside.map(({ bytes }) => bytes)), { level: 9 });
      const faces = (style.match(FONT_FACE) ?? []).join('');
      const start = `(${unfold})(${[folded, script.name, faces].map((of) => JSON.stringify(of)).join()});`;
      const end = `<script type="text/plain" id="folded">${packed.toString('base64')}</script><script>${start}</script></body>`;
      const source = html
        .replace(/<script>location\.protocol.*?<\/script>\s*/, '')
        .replace(/<link rel="preload"[^>]*>\s*/g, '')
        .replace(script.element, '')
        .replace(sheet.element, () => `<style>${style.replace(FONT_FACE, '')}</style>`)
        .replace('</body>', () => end);
      this.emitFile({ type: 'asset', fileName: FILE, source });
    },
  },
});

/** The parts as the one file has them, each after those that it names. */
async function inPage(files: readonly Part[], start: string, sheet: string): Promise<Part[]> {
  const known = new Map(files.map((file) => [file.name, file]));
  const found = new Map<string, Part>();
  const add = async (name: string): Promise<void> => {
    if (found.has(name)) return;
    const part = WORKER.test(name) ? await classicWorker(name, known) : known.get(name)!;
    for (const other of part.names) await add(other);
    const content = /\.js$/.test(name)
      ? String(part.content).replace(importOf(), LATER).replace(AS_MODULE, ')')
      : part.content;
    found.set(name, { ...part, content });
    for (const other of part.onDemand) await add(other);
  };
  await add(start);
  for (const font of known.get(sheet)!.names) await add(font);
  return [...found.values()];
}

/** Our workers are files of such names. */
const WORKER = /Worker-[^/]*\.js$/;
const AS_MODULE = /,\s*\{\s*type:\s*["'`]module["'`]\s*\}\s*\)/g;

/**
 * A worker as one script that is no module: from a folder no other is started. What it imports on demand, for a graphics
 * processor, is not there.
 */
async function classicWorker(name: string, files: ReadonlyMap<string, Part>): Promise<Part> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: name, output: { format: 'iife', codeSplitting: false } },
    },
    plugins: [
      {
        name: 'built-parts',
        enforce: 'pre',
        resolveId: (id) => {
          if (files.has(basename(id))) return `\0${basename(id)}`;
          return id.startsWith('./') ? { id, external: true } : null;
        },
        load: (id) => {
          const file = files.get(id.replace('\0', ''));
          return file ? String(file.content).replaceAll('import.meta.url', 'self.location.href') : null;
        },
      },
    ],
  });
  const { output } = built as Rolldown.RolldownOutput;
  const content = output[0].code;
  const names = [...files.keys()].filter((other) => !other.endsWith('.js') && content.includes(other));
  return { name, content, names, onDemand: [] };
}

const FONT_FACE = /@font-face\s*\{[^}]*\}/g;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  woff: 'font/woff',
  wasm: 'application/wasm',
};

/** An import on demand, of an address that is known by then. */
const LATER = 'import(self.folded["$1"])';

/** Runs in the page: gives each file an address, tells it those of the files that it names, and starts the page. */
async function unfold(files: readonly Folded[], start: string, faces: string): Promise<void> {
  const text = document.getElementById('folded')!.textContent;
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const folded: Record<string, string> = {};
  const contents: Record<string, Blob> = {};
  Object.assign(self, { folded });
  /** The text with addresses in the place of "./names" and url(./names). */
  const told = (text: string, addresses: readonly (readonly [name: string, address: string])[]): string =>
    addresses.reduce(
      (told, [name, address]) =>
        told.replace(new RegExp(`(["'\`(])[^"'\`()]*${name}(?=["'\`)])`, 'g'), (_, open) => open + address),
      text,
    );
  /** A worker started from a folder may read nothing but what is in its addresses. */
  const dataOf = (content: Blob): Promise<string> =>
    new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result));
      reader.readAsDataURL(content);
    });
  let at = 0;
  for (const [name, type, length, names, isWorker] of files) {
    const bytes = all.subarray(at, at + length);
    at += length;
    const addresses: (readonly [string, string])[] = [];
    for (const other of names)
      addresses.push([other, isWorker ? await dataOf(contents[other]!) : folded[other]!]);
    const content = names.length > 0 ? told(new TextDecoder().decode(bytes), addresses) : bytes;
    contents[name] = new Blob([content], { type });
    folded[name] = URL.createObjectURL(contents[name]);
  }
  const style = document.createElement('style');
  style.textContent = told(faces, Object.entries(folded));
  document.head.append(style);
  await import(folded[start]!);
}
