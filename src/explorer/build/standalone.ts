import type { Plugin } from 'vite';

/** The page as one file. */
const FILE = 'explorer.html';
const WORKER = /new Worker\(new URL\('([^']+)', import\.meta\.url\), \{ type: 'module' \}\)/g;
/** The build of WebAssembly that browsers of today use where a page is not isolated, as a file never is. */
const WASM = /tfjs-backend-wasm(-threaded-simd)?\.wasm\?url$/;

/**
 * Puts all that the page needs into one file of HTML, which opens from a folder too: browsers load neither scripts nor workers
 * nor WebAssembly from files beside it, but they run what is in it.
 */
export function standalone(): Plugin[] {
  return [
    {
      name: 'standalone-sources',
      enforce: 'pre',
      config: () => ({
        build: {
          assetsInlineLimit: Number.MAX_SAFE_INTEGER,
          cssCodeSplit: false,
          modulePreload: false,
          emptyOutDir: false,
          rolldownOptions: { output: { codeSplitting: false } },
        },
        worker: { format: 'iife', rolldownOptions: { output: { codeSplitting: false } } },
      }),
      // What is inside needs no loading ahead, and the links would keep it outside.
      transformIndexHtml: {
        order: 'pre',
        handler: (html) => html.replace(/<link rel="preload"[^>]*>\s*/g, ''),
      },
      resolveId(id, importer) {
        return WASM.test(id)
          ? this.resolve(id.replace(WASM, 'tfjs-backend-wasm-simd.wasm?url'), importer, { skipSelf: true })
          : undefined;
      },
      transform(code) {
        const imports: string[] = [];
        const changed = code.replace(WORKER, (_, path: string) => {
          imports.push(`import InlineWorker${imports.length} from '${path}?worker&inline';`);
          return `new InlineWorker${imports.length - 1}()`;
        });
        return imports.length > 0 ? { code: imports.join('\n') + changed, map: null } : undefined;
      },
    },
    {
      name: 'standalone-page',
      enforce: 'post',
      generateBundle(_, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') throw new Error('no page was built');
        let html = String(page.source);
        const outside: string[] = [];
        for (const [name, file] of Object.entries(bundle)) {
          delete bundle[name];
          if (file.type === 'chunk') {
            const script = new RegExp(`<script[^>]*src="[^"]*${file.fileName}"[^>]*></script>`);
            // Vite's list of what to load before a part of the page: all is here.
            const whole = file.code.replaceAll('__VITE_PRELOAD__', 'void 0');
            const code = whole.replaceAll('</script', '<\\/script');
            html = html
              .replace(script, '')
              .replace('</body>', () => `<script type="module">${code}</script></body>`);
          } else if (name.endsWith('.css')) {
            const link = new RegExp(`<link[^>]*href="[^"]*${file.fileName}"[^>]*>`);
            html = html.replace(link, () => `<style>${String(file.source)}</style>`);
          } else if (name !== 'index.html') outside.push(name);
        }
        for (const name of outside)
          if (html.includes(name.replace(/^.*\//, ''))) this.error(`${name} is not in the page`);
        this.emitFile({ type: 'asset', fileName: FILE, source: html });
      },
    },
  ];
}

/** Sends a reader who opens the page's folder to the page that is one file: nothing else of it would run there. */
export const redirectFiles = (): Plugin => ({
  name: 'redirect-files',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'script',
      injectTo: 'head-prepend',
      children: `location.protocol === 'file:' && location.replace('${FILE}' + location.hash);`,
    },
  ],
});
