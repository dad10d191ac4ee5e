import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withAbsoluteAddresses, withRelativeAddresses } from '../../scripts/registryReadme.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');
const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const addressesIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, address]) => address!);
const picturesIn = (text: string): string[] =>
  [...text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, at]) => at!);

/** What `npm pack` would put into the tarball; scripts are not run. */
const packed = new Set<string>(
  JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )[0].files.map(({ path }: { path: string }) => path),
);

it('has every picture of the README in the repository and in the tarball', () => {
  const pictures = picturesIn(readme);
  expect(pictures.length).toBeGreaterThan(15);
  for (const picture of pictures) {
    expect(existsSync(`${root}/${picture}`), picture).toBe(true);
    expect(packed.has(picture), picture).toBe(true);
  }
});

it('shows the packed README its pictures and documents by absolute addresses of the packed files', () => {
  const registry = withAbsoluteAddresses(readme, manifest);
  const base = `https://cdn.jsdelivr.net/npm/${manifest.name}@${manifest.version}/`;
  for (const picture of picturesIn(registry)) expect(picture.startsWith(base), picture).toBe(true);
  const own = addressesIn(registry).filter((address) => address.startsWith(base));
  expect(own.length).toBeGreaterThan(20);
  for (const address of own) expect(packed.has(address.slice(base.length)), address).toBe(true);
  expect(withRelativeAddresses(registry, manifest)).toBe(readme);
});

it('has addresses in the README that lead somewhere in the repository', () => {
  const local = addressesIn(readme).filter((address) => !/^(https?:|#)/.test(address));
  for (const address of local) expect(existsSync(`${root}/${address}`), address).toBe(true);
});
