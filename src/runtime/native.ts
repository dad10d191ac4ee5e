import { EngineUnavailableError } from './device.ts';

export async function loadNative(device: 'cuda' | 'cpu'): Promise<{ engine: string; threads: number }> {
  throw new EngineUnavailableError(device, 'TensorFlow is not installed', 'get it with: npx rrf provision');
}
