import { UserError } from '../errors.ts';

/** What a WebGPU adapter says of itself; browsers leave much of it empty. */
export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

/** Whether an adapter computes on the processor. */
export const isSoftware = ({ isFallbackAdapter, ...names }: AdapterInfo): boolean =>
  isFallbackAdapter === true ||
  /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(Object.values(names).join(' '));

/** An adapter for people: `NVIDIA GeForce RTX 4090 (560.35.03)`, `swiftshader, in software`. */
export function adapterLine(info: AdapterInfo): string {
  const name = info.device || info.architecture || info.vendor || 'an unnamed adapter';
  const driver = info.description && info.description !== name ? ` (${info.description})` : '';
  return `${name}${driver}${isSoftware(info) ? ', in software' : ''}`;
}

/** The part of the backend that is relied on here. */
interface WebGpuBackend {
  readonly tensorMap: { get(dataId: object): { readonly values?: unknown } | undefined };
  readSync(dataId: object): unknown;
}

const refusing = new WeakSet<object>();

/**
 * A GPU is read in the background. The backend's reading at once draws on a canvas, which only pages have, and fails
 * elsewhere without saying why; here it says so.
 */
export function refuseReadSync(backend: unknown): void {
  const own = backend as WebGpuBackend;
  if (refusing.has(own)) return;
  refusing.add(own);
  const original = own.readSync.bind(own);
  own.readSync = (dataId) => {
    if (!own.tensorMap.get(dataId)?.values) {
      throw new UserError(
        'device webgpu cannot be read with dataSync or arraySync; await tensor.data() or tensor.array()',
      );
    }
    return original(dataId);
  };
}
