import { format } from 'node:util';
import { vi } from 'vitest';

/**
 * Runs a TypeScript module in the process of the test, in the folder `cwd`; what it prints. A process of its own would
 * load TypeScript, TensorFlow and all sources anew.
 * @throws what the module throws
 */
export async function runModule(file: string, { cwd }: { readonly cwd: string }): Promise<string> {
  const folder = process.cwd();
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    lines.push(format(...values));
  });
  process.chdir(cwd);
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    process.chdir(folder);
    log.mockRestore();
  }
  return lines.map((line) => `${line}\n`).join('');
}
