/**
 * A registry's page shows README.md without the folder around it, and this package names no repository that relative
 * addresses could be resolved against. In the packed README they therefore point at the packed files themselves, at a
 * public CDN of npm packages, for the version that is packed. npm calls this before and after packing:
 * `tsx scripts/registryReadme.ts pack`, and `restore`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly name: string;
  readonly version: string;
}

const cdn = ({ name, version }: Package): string => `](https://cdn.jsdelivr.net/npm/${name}@${version}/docs/`;

/** The README whose pictures and documents have absolute addresses. */
export const withAbsoluteAddresses = (readme: string, of: Package): string =>
  readme.replaceAll('](docs/', cdn(of));

/** Its inverse. */
export const withRelativeAddresses = (readme: string, of: Package): string =>
  readme.replaceAll(cdn(of), '](docs/');

const [, script, step] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  const root = new URL('..', import.meta.url);
  const path = new URL('README.md', root);
  const of = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Package;
  const change = step === 'restore' ? withRelativeAddresses : withAbsoluteAddresses;
  writeFileSync(path, change(readFileSync(path, 'utf8'), of));
}
