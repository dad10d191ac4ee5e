import { UserError } from '../../errors.ts';
import type { FileRanges } from '../fileRanges.ts';

/** Kinds of messages (Arrow's Message.fbs, MessageHeader). */
export const [SCHEMA, DICTIONARY, RECORDS] = [1, 2, 3] as const;

/** A message of Arrow's IPC format: metadata, which are a flatbuffer, and behind them a body. */
export interface ArrowMessage {
  readonly kind: number;
  /** Prefix and metadata. */
  readonly head: Uint8Array;
  /** Where its body is in the file. */
  readonly start: number;
  readonly end: number;
}

/** Bytes before the metadata: a mark, and their length. */
const PREFIX = 8;
/** What begins and ends a file; a stream has neither. */
const MAGIC = 'ARROW1';

/**
 * The messages of an Arrow file or stream, in order. A file is a stream between two marks and a footer, which lists the messages
 * once more.
 * @throws UserError where it is cut short
 */
export function arrowMessages(content: FileRanges): ArrowMessage[] {
  const isFile = textAt(content, 0) === MAGIC;
  const end = isFile ? footerStart(content) : content.byteLength;
  const messages: ArrowMessage[] = [];
  for (let at = isFile ? 8 : 0; at < end; ) {
    const prefix = new DataView(content.slice(at, Math.min(at + PREFIX, end)));
    // Before version 0.15 a message began by the length itself.
    const mark = prefix.byteLength > 4 && prefix.getInt32(0, true) === -1 ? 4 : 0;
    if (prefix.byteLength < mark + 4) throw new UserError('it is cut short');
    const length = prefix.getInt32(mark, true);
    if (length === 0) break;
    const metadata = at + mark + 4;
    const start = metadata + length;
    if (length < 0 || start > end) throw new UserError('it is cut short');
    const head = headOf(content.slice(metadata, start));
    const { message } = parts(head);
    const [kind, body] = [message.field(1), message.field(3)];
    at = start + (body === 0 ? 0 : Number(message.view.getBigInt64(body, true)));
    if (at > end) throw new UserError('it is cut short');
    messages.push({ kind: kind === 0 ? 0 : message.view.getUint8(kind), head, start, end: at });
  }
  return messages;
}

const textAt = (content: FileRanges, at: number): string =>
  Buffer.from(content.slice(at, at + MAGIC.length)).toString('latin1');

function footerStart(content: FileRanges): number {
  const last = content.byteLength - MAGIC.length - 4;
  if (last < 8 || textAt(content, last + 4) !== MAGIC) throw new UserError('it is cut short');
  return last - new DataView(content.slice(last, last + 4)).getInt32(0, true);
}

/** The metadata behind a prefix, so that what follows them is aligned. */
function headOf(metadata: ArrayBuffer): Uint8Array {
  const length = 8 * Math.ceil(metadata.byteLength / 8);
  const head = new Uint8Array(PREFIX + length);
  new DataView(head.buffer).setInt32(0, -1, true);
  new DataView(head.buffer).setInt32(4, length, true);
  head.set(new Uint8Array(metadata), PREFIX);
  return head;
}

/** Gives memory of a size, new or used before. */
export type Room = (size: number) => Uint8Array;

/** A message with its body. */
export function wholeMessage(
  content: FileRanges,
  { head, start, end }: ArrowMessage,
  room: Room = (size) => new Uint8Array(size),
): Uint8Array {
  const whole = room(head.length + end - start);
  whole.set(head);
  content.fill(start, whole.subarray(head.length));
  return whole;
}

/** The schema with one of its columns alone. */
export function schemaOfColumn({ head }: ArrowMessage, column: number): Uint8Array {
  const one = head.slice();
  const { header } = parts(one);
  const fields = header.vector(1)!;
  const { view } = header;
  // An element is the distance from where it stands.
  const distance = 4 * column + view.getUint32(fields.at + 4 * column, true);
  view.setUint32(fields.at, distance, true);
  fields.setLength(1);
  return one;
}

/** Of which nodes, buffers and counts of buffers a column is made: the first of each, and how many. */
export interface ColumnSpan {
  readonly nodes: Span;
  readonly buffers: Span;
  readonly counts: Span;
}

interface Span {
  readonly first: number;
  readonly count: number;
}

/** How many rows a batch of records has. */
export function rowsOf({ head }: ArrowMessage): number {
  const { header } = parts(head);
  const at = header.field(0);
  return at === 0 ? 0 : Number(header.view.getBigInt64(at, true));
}

/** Which dictionary a message holds, and whether it adds to the one before. */
export function dictionaryIn({ head }: ArrowMessage): { id: number; isDelta: boolean } {
  const { header } = parts(head);
  const [id, isDelta] = [header.field(0), header.field(2)];
  return {
    id: id === 0 ? 0 : Number(header.view.getBigInt64(id, true)),
    isDelta: isDelta > 0 && header.view.getUint8(isDelta) !== 0,
  };
}

/** How many buffers each column of a batch has whose number of them is left open, in order. */
export function bufferCounts({ head }: ArrowMessage): number[] {
  const { header } = parts(head);
  const counts = header.vector(4);
  return Array.from({ length: counts?.length ?? 0 }, (_, k) =>
    Number(header.view.getBigInt64(counts!.at + 8 * k, true)),
  );
}

/** A batch of records with one of its columns alone, of which only this is read. */
export function recordsOfColumn(
  content: FileRanges,
  message: ArrowMessage,
  span: ColumnSpan,
  room: Room,
): Uint8Array {
  const head = message.head.slice();
  const { message: root, header } = parts(head);
  const { view } = header;
  header.vector(1)?.keep(span.nodes, 16);
  if (span.counts.count > 0) header.vector(4)?.keep(span.counts, 8);
  const buffers = header.vector(2);
  buffers?.keep(span.buffers, 16);
  const regions = Array.from({ length: buffers?.length ?? 0 }, (_, k) => {
    const at = buffers!.at + 16 * k;
    const long = (place: number): number => Number(view.getBigInt64(place, true));
    return { at, offset: long(at), length: long(at + 8) };
  });
  const filled = regions.filter(({ length }) => length > 0);
  // Buffers begin at multiples of eight bytes, and so does what is read of them.
  const from = filled.length === 0 ? 0 : 8 * Math.floor(Math.min(...filled.map(({ offset }) => offset)) / 8);
  const to = Math.max(from, ...filled.map(({ offset, length }) => offset + length));
  for (const { at, offset, length } of regions)
    view.setBigInt64(at, BigInt(length > 0 ? offset - from : 0), true);
  const body = { start: message.start + from, end: message.start + to };
  if (body.end > message.end) throw new UserError('it is damaged');
  const size = root.field(3);
  if (size > 0) view.setBigInt64(size, BigInt(to - from), true);
  return wholeMessage(content, { ...message, head, ...body }, room);
}

/** The tables of a message: the outer one, and that of its kind. */
function parts(head: Uint8Array): { message: FlatTable; header: FlatTable } {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const message = new FlatTable(view, PREFIX + view.getUint32(PREFIX, true));
  const at = message.field(2);
  if (at === 0) throw new UserError('a message says nothing');
  return { message, header: new FlatTable(view, at + view.getUint32(at, true)) };
}

/** A table of a flatbuffer (FlatBuffers' binary format): before it stands where a list says at which distance its fields are. */
class FlatTable {
  readonly view: DataView;
  private readonly at: number;

  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at;
  }

  /** Where the field of a number is; 0 where it is left out. */
  field(k: number): number {
    const { view, at } = this;
    const list = at - view.getInt32(at, true);
    const entry = 4 + 2 * k;
    const distance = entry < view.getUint16(list, true) ? view.getUint16(list + entry, true) : 0;
    return distance === 0 ? 0 : at + distance;
  }

  /** The field of a number, which is a list; null where it is left out. */
  vector(k: number): FlatVector | null {
    const at = this.field(k);
    return at === 0 ? null : new FlatVector(this.view, at + this.view.getUint32(at, true));
  }
}

/** A list in a flatbuffer: its length, and the elements. */
class FlatVector {
  /** Where the first element is. */
  readonly at: number;
  private readonly view: DataView;

  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at + 4;
  }

  get length(): number {
    return this.view.getUint32(this.at - 4, true);
  }

  setLength(length: number): void {
    this.view.setUint32(this.at - 4, length, true);
  }

  /** Leaves some of the elements alone, the first of them at the beginning. @param size of each in bytes */
  keep({ first, count }: Span, size: number): void {
    const { view, at } = this;
    if (first + count > this.length) throw new UserError('it is damaged');
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    bytes.copyWithin(at, at + size * first, at + size * (first + count));
    this.setLength(count);
  }
}
