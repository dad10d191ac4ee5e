/**
 * Draws the picture that is shown of a link to the page, src/explorer/preview.png, from the built page itself. Afterwards the
 * page is to be built again.
 *
 *   npm run explorer:build && npx tsx scripts/explorer/preview.ts
 */
import { fileURLToPath } from 'node:url';
import { openBuilt } from './built.ts';

const { browser, address, close } = await openBuilt();
// The height of the plot is a share of that of the window.
const page = await browser.newPage({ viewport: { width: 1200, height: 1000 }, colorScheme: 'light' });
await page.goto(`${address}#psi1=20&psi2=3&screen=projector&theme=light`);
await page.waitForSelector('#curve-plot svg .label', { state: 'attached' });
await page.addStyleTag({
  content: `.bench-top, .figure-head, .controls, .values, .masthead p { display: none !important }
    .masthead { display: block; border: 0; margin: 0 0 0.6rem; padding: 1.2rem 0 0 !important }
    .masthead h1 { font-size: 58px }
    .masthead::after { content: "Trained against an attack, the wider network may withstand it less."; color: var(--soft); font-size: 31px }`,
});
await page.waitForTimeout(500);
await page.screenshot({
  path: fileURLToPath(new URL('../../src/explorer/preview.png', import.meta.url)),
  clip: { x: 0, y: 0, width: 1200, height: 630 },
});
await close();
