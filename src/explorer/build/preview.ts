import type { Plugin } from 'vite';

/**
 * The picture that is shown of a link to the page. Who reads a link wants an absolute address of it, which only the host
 * knows: EXPLORER_ADDRESS gives that of the page when it is built.
 */
export const preview = (address = process.env.EXPLORER_ADDRESS): Plugin => ({
  name: 'preview',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(page) {
      if (!address) return page;
      const absolute = (path: string): string => new URL(path, address).href;
      return {
        html: page.replace(
          /(<meta (?:property|name)="(?:og|twitter):image" content=")([^"]+)/g,
          (_, before: string, path: string) => before + absolute(path),
        ),
        tags: [{ tag: 'meta', attrs: { property: 'og:url', content: absolute('') } }],
      };
    },
  },
});
