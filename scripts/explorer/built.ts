/** The built page, served to this machine alone, and a Chromium to open it with. */
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { servePage } from '../../src/cli/servePage.ts';
import { chromiumFlags, findChromium } from '../../test/support/chromium.ts';

export interface Built {
  readonly browser: Browser;
  readonly address: string;
  close(): Promise<void>;
}

export async function openBuilt(): Promise<Built> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('there is no Chromium here; RRF_CHROMIUM=/path names one');
  const served = await servePage(fileURLToPath(new URL('../../dist-explorer/', import.meta.url)), 0);
  const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
  return {
    browser,
    address: served.address,
    async close() {
      await browser.close();
      await served.close();
    },
  };
}
