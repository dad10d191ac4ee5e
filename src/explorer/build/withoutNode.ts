import type { Plugin } from 'vite';

const OURS = '\0absent:';

/**
 * Puts functions that say so in the place of everything in Node's own modules. The training code can keep checkpoints in
 * folders and use a native library; the page asks for neither.
 */
export const withoutNode = (): Plugin => ({
  name: 'without-node',
  enforce: 'pre',
  resolveId: (id) => (id.startsWith('node:') ? OURS + id : undefined),
  async load(id) {
    if (!id.startsWith(OURS)) return undefined;
    const name = id.slice(OURS.length);
    const exported = Object.keys((await import(name)) as object).filter((key) => /^[A-Za-z_]\w*$/.test(key));
    return [
      `const absent = (what) => function () { throw new Error(what + ' of ${name} is not there in a browser'); };`,
      ...exported.map((key) =>
        key === 'default'
          ? `export default absent('the default')`
          : `export const ${key} = absent(${JSON.stringify(key)});`,
      ),
    ].join('\n');
  },
});
