/** Options of Node with which a child process runs the sources, TypeScript as they are. */
export const runsSources: readonly string[] = ['--import', new URL('./typescript.mjs', import.meta.url).href];
