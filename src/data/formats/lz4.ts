import { UserError } from '../../errors.ts';

/**
 * Decompresses an LZ4 frame (LZ4 Frame Format 1.6), in which pandas and R write Feather files. Checksums are skipped.
 * @throws UserError for anything else
 */
export function lz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw new UserError('no LZ4 frame');
  const flags = bytes[4]!;
  const [hasSize, blockChecksums, hasDictionary] = [flags & 8, flags & 16, flags & 1];
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  // Blocks may refer to the ones before, so all go into one output.
  let out = new Uint8Array(hasSize ? Number(view.getBigUint64(6, true)) : 4 * bytes.length);
  let length = 0;
  const room = (more: number): void => {
    if (length + more <= out.length) return;
    const larger = new Uint8Array(Math.max(2 * out.length, length + more));
    larger.set(out.subarray(0, length));
    out = larger;
  };
  for (;;) {
    if (at + 4 > bytes.length) throw new UserError('an LZ4 frame that is cut short');
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) break;
    const size = header & 0x7fffffff;
    const block = bytes.subarray(at, at + size);
    if (block.length < size) throw new UserError('an LZ4 frame that is cut short');
    if (header >>> 31) {
      room(size);
      out.set(block, length);
      length += size;
    } else decodeBlock(block);
    at += size + (blockChecksums ? 4 : 0);
  }
  return out.subarray(0, length);

  /** Sequences of literals and of matches with what was written before (LZ4 Block Format). */
  function decodeBlock(block: Uint8Array): void {
    let k = 0;
    const longer = (count: number): number => {
      let sum = count;
      if (count < 15) return sum;
      for (let byte = 255; byte === 255; sum += byte) byte = block[k++] ?? 0;
      return sum;
    };
    while (k < block.length) {
      const token = block[k++]!;
      const literals = longer(token >> 4);
      room(literals);
      out.set(block.subarray(k, k + literals), length);
      length += literals;
      k += literals;
      // The last sequence has no match.
      if (k >= block.length) return;
      const offset = block[k]! | (block[k + 1]! << 8);
      k += 2;
      const match = longer(token & 15) + 4;
      if (offset === 0 || offset > length) throw new UserError('a damaged LZ4 frame');
      room(match);
      for (let i = 0; i < match; i++, length++) out[length] = out[length - offset]!;
    }
  }
}
