import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { checkInteger, InvalidArgumentError, UserError } from '../errors.ts';
import { notice } from './notices.ts';
import { numberOption } from './numberOption.ts';
import { servePage } from './servePage.ts';

interface ExplorerArgs {
  port: number;
  open: boolean;
}

/** The page as `npm run explorer:build` makes it, which the package holds. */
const folder = fileURLToPath(new URL('../../dist-explorer/', import.meta.url));

export const explorerCommand: CommandModule<object, ExplorerArgs> = {
  command: 'explorer',
  describe: 'Open the explorer: risk curves, a phase map, and models trained in the page',
  builder: (yargs) =>
    yargs
      .option('port', { ...numberOption('port'), default: 0, describe: 'port on this machine; 0 for any' })
      .option('open', { type: 'boolean', default: true, describe: 'open it in a browser' })
      .example('$0 explorer', 'serves the page to this machine alone and opens it; Ctrl-C ends it')
      .example('$0 explorer --port 8080 --no-open', 'prints the address for a browser of your own'),
  async handler({ port, open }) {
    checkInteger('port', port, 0);
    if (port > 65535) throw new InvalidArgumentError('port', port, 'at most 65535');
    if (!existsSync(`${folder}index.html`))
      throw new UserError('the page is not built in this checkout; npm run explorer:build makes it');
    const { address, close } = await servePage(folder, port);
    process.stdout.write(`${address}\n`);
    notice('the explorer is served to this machine alone; Ctrl-C ends it');
    if (open) openBrowser(address);
    await new Promise<void>((ended) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended());
    });
    await close();
  },
};

/** Opens an address in the reader's browser; where there is none the printed address remains. */
function openBrowser(address: string): void {
  const [command, ...args] = (
    {
      darwin: ['open', address],
      win32: ['cmd', '/c', 'start', '', address],
    } as Readonly<Partial<Record<NodeJS.Platform, string[]>>>
  )[process.platform] ?? ['xdg-open', address];
  const opener = spawn(command!, args, { stdio: 'ignore', detached: true });
  opener.on('error', () => notice('no browser could be opened; open the address yourself'));
  opener.unref();
}
