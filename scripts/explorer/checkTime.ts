/**
 * How long "check it" takes in the built page, and how much of the processor: until the first point is there, and for each
 * model, in a page that has just been opened and again in the same page. The processor's time is that of all processes of
 * Chromium, read from /proc, so that it needs Linux.
 *
 *   npm run explorer:build && npx tsx scripts/explorer/checkTime.ts [d] [models]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { openBuilt } from './built.ts';

const [d = '20', models = '4'] = process.argv.slice(2);
/** Of the clock in /proc. */
const TICKS_A_SECOND = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/** Seconds of the processor that the processes beneath this one have used, of those that live. */
function processorSeconds(): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): Process[] => {
      try {
        // The name of the command, in parentheses, may hold anything.
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        const ticks = Number(fields[11]) + Number(fields[12]);
        return [{ pid: Number(name), parent: Number(fields[1]), seconds: ticks / TICKS_A_SECOND }];
      } catch {
        return [];
      }
    });
  const beneath = (parent: number): number =>
    processes
      .filter((one) => one.parent === parent)
      .reduce((sum, { pid, seconds }) => sum + seconds + beneath(pid), 0);
  return beneath(process.pid);
}

const { browser, address, close } = await openBuilt();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.goto(`${address}#psi1=2&psi2=3&eps=0.5&tau=0.5&d=${d}&seeds=${models}`);
await page.waitForSelector('#map-plot[data-drawn]', { state: 'attached' });
console.log('| page | first point, s | all models, s | processor, s a model |\n|---|---|---|---|');
for (const name of ['just opened', 'again', 'again']) {
  const [used, began] = [processorSeconds(), performance.now()];
  const since = (): string => ((performance.now() - began) / 1000).toFixed(2);
  await page.click('#check-start');
  await page.waitForSelector('#curve-plot .measured', { state: 'attached' });
  const first = since();
  await page.waitForFunction(() => document.querySelector('#check-status')?.textContent?.startsWith('done'));
  const all = since();
  const each = (processorSeconds() - used) / Number(models);
  console.log(`| ${name} | ${first} | ${all} | ${each.toFixed(2)} |`);
  await page.click('#check-clear');
}
await close();
