import { createRequire } from 'node:module';

/** The package's own version, from its package.json. */
export const version: string = createRequire(import.meta.url)('../../package.json').version;
