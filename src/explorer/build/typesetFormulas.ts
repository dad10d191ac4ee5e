import { readFileSync } from 'node:fs';
import { liteAdaptor } from 'mathjax-full/js/adaptors/liteAdaptor.js';
import { RegisterHTMLHandler } from 'mathjax-full/js/handlers/html.js';
import { TeX } from 'mathjax-full/js/input/tex.js';
import 'mathjax-full/js/input/tex/ams/AmsConfiguration.js';
import 'mathjax-full/js/input/tex/html/HtmlConfiguration.js';
import { mathjax } from 'mathjax-full/js/mathjax.js';
import { SVG } from 'mathjax-full/js/output/svg.js';
import type { Plugin } from 'vite';

const PART = '.html?typeset';
const FORMULA = /<tex say="([^"]*)"( display)?>([\s\S]*?)<\/tex>/g;

/**
 * Replaces `<tex say="words">TeX</tex>` in the page by outlines, when it is built: the reader's browser needs neither a
 * typesetter nor a font, and a screen reader says the words. `import part from './part.html?typeset'` gives a part of a page, its
 * formulas typeset, as a string.
 */
export function typesetFormulas(): Plugin {
  const adaptor = liteAdaptor();
  RegisterHTMLHandler(adaptor);
  // Each glyph is in the page once, however many formulas use it.
  const output = new SVG({ fontCache: 'global' });
  const typesetter = mathjax.document('', {
    InputJax: new TeX({ packages: ['base', 'ams', 'html'] }),
    OutputJax: output,
  });
  const typeset = (tex: string, display: boolean): string =>
    adaptor
      .innerHTML(typesetter.convert(tex.trim(), { display }) as never)
      // The words are on the element around it.
      .replace('role="img" focusable="false"', 'aria-hidden="true"');
  const typesetAll = (html: string): { html: string; glyphs: string } => {
    output.clearFontCache();
    const typesetHtml = html.replace(FORMULA, (_, say: string, display: string | undefined, tex: string) => {
      const svg = typeset(tex.replaceAll('&lt;', '<').replaceAll('&amp;', '&'), display !== undefined);
      if (svg.includes('data-mjx-error')) throw new Error(`cannot typeset ${tex}`);
      const kind = display === undefined ? 'tex' : 'tex display';
      return `<span class="${kind}" role="img" aria-label="${say}">${svg}</span>`;
    });
    return { html: typesetHtml, glyphs: adaptor.outerHTML(output.pageElements(typesetter) as never) };
  };
  return {
    name: 'typeset-formulas',
    transformIndexHtml: {
      order: 'pre',
      handler: (page) => {
        const { html, glyphs } = typesetAll(page);
        return html.replace('</body>', () => `${glyphs}\n  </body>`);
      },
    },
    // A part of the page that comes later, as a string.
    load(id) {
      if (!id.endsWith(PART)) return null;
      const { html, glyphs } = typesetAll(readFileSync(id.slice(0, -PART.length + '.html'.length), 'utf8'));
      return `export default ${JSON.stringify(html + glyphs)};`;
    },
  };
}
