import { type Runtime, runtimeLine } from '../runtime/index.ts';
import { notice } from './notices.ts';

/** Says which engine runs, as every command does before it computes. */
export const announceRuntime = (runtime: Runtime): void => notice(runtimeLine(runtime));
