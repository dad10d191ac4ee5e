import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedPage, servePage } from '../../src/cli/servePage.ts';
import { packagedExplorer } from '../support/packagedExplorer.ts';
import { runRrf, startRrf } from '../support/rrf.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

describe('a served page', () => {
  const folder = temporaryFolder(afterAll);
  let page: ServedPage;
  beforeAll(async () => {
    mkdirSync(join(folder, 'page/assets'), { recursive: true });
    writeFileSync(join(folder, 'page/index.html'), '<p>here</p>');
    writeFileSync(join(folder, 'page/assets/a.wasm'), 'wasm');
    writeFileSync(join(folder, 'secret.html'), 'not of the page');
    page = await servePage(join(folder, 'page'), 0);
  });
  afterAll(() => page.close());

  /** As it is, where `fetch` would first resolve the dots. */
  const status = (path: string, method = 'GET'): Promise<number> =>
    new Promise((done, fail) => {
      const { port } = new URL(page.address);
      request({ host: '127.0.0.1', port, path, method }, (response) => {
        response.resume();
        done(response.statusCode!);
      })
        .on('error', fail)
        .end();
    });

  it('is on the loopback interface, with the types that browsers insist on', async () => {
    expect(page.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const index = await fetch(page.address);
    expect([index.headers.get('content-type'), await index.text()]).toEqual([
      'text/html; charset=utf-8',
      '<p>here</p>',
    ]);
    expect((await fetch(`${page.address}assets/a.wasm`)).headers.get('content-type')).toBe(
      'application/wasm',
    );
  });

  it.each(['/../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html', '/none.html', '/assets', '/%'])(
    'has nothing at %s',
    async (path) => {
      expect(await status(path)).toBe(404);
    },
  );

  it('takes no other method than reading', async () => {
    expect([await status('/', 'HEAD'), await status('/', 'POST')]).toEqual([200, 405]);
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(page.address).port);
    await expect(servePage(folder, port)).rejects.toThrow(
      `invalid port: ${port} (expected a port that is free`,
    );
  });
});

describe('rrf explorer', () => {
  it('prints the address of the page, serves it, and ends at Ctrl-C', async () => {
    packagedExplorer();
    const { child, finished } = startRrf(['explorer', '--no-open']);
    const address = await new Promise<string>((done, fail) => {
      child.stdout!.once('data', (data) => done(String(data).trim()));
      child.once('exit', (code) => fail(new Error(`ended with ${code}`)));
    });
    const html = await (await fetch(address)).text();
    expect(html).toContain('<title>The curse of overparametrization');
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(html)![1]!;
    expect((await fetch(address + script)).headers.get('content-type')).toContain('text/javascript');
    expect((await fetch(`${address}explorer.html`)).status).toBe(200);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect([code, stdout]).toEqual([0, `${address}\n`]);
    expect(stderr).toContain('Ctrl-C ends it');
  });

  it.each([
    ['-1', 'port'],
    ['70000', 'port'],
    ['1.5', 'port'],
  ])('refuses port %s', async (port, name) => {
    const { code, stderr } = await runRrf(['explorer', '--no-open', `--port=${port}`]);
    expect(code).toBe(2);
    expect(stderr).toContain(`invalid ${name}: ${port}`);
  });
});
