import type { DataType } from '@uwdata/flechette';
import { PIECE } from '../filePieces.ts';
import type { FileRanges } from '../fileRanges.ts';
import {
  type ArrowMessage,
  bufferCounts,
  type ColumnSpan,
  DICTIONARY,
  dictionaryIn,
  RECORDS,
  type Room,
  recordsOfColumn,
  schemaOfColumn,
  wholeMessage,
} from './arrowMessages.ts';

/** A small Arrow stream: a batch of records, or one of its columns. It is there until the next one is asked for. */
export interface ArrowPiece {
  /** Schema, dictionaries and records. */
  readonly stream: readonly Uint8Array[];
  /** Position of its first column. */
  readonly column: number;
  /** Where in the file it ends. */
  readonly end: number;
}

/**
 * The batches of records of a file, each as a stream of its own, and those of more than a piece a column at a time.
 * @param messages of the file, in order; the schema is one of them, and its fields are in it
 */
export function* arrowPieces(
  content: FileRanges,
  messages: readonly ArrowMessage[],
  schema: ArrowMessage,
  fields: readonly { readonly type: DataType }[],
): Generator<ArrowPiece> {
  const types = fields.map(({ type }) => type);
  const dictionaries = new Map<number, readonly Uint8Array[]>();
  const room = roomForOne();
  for (const message of messages) {
    const { kind, start, end } = message;
    if (kind === DICTIONARY) {
      const { id, isDelta } = dictionaryIn(message);
      const before = isDelta ? (dictionaries.get(id) ?? []) : [];
      dictionaries.set(id, [...before, wholeMessage(content, message)]);
    }
    if (kind !== RECORDS) continue;
    const spans = end - start > PIECE ? columnSpans(types, bufferCounts(message)) : null;
    if (!spans) {
      const all = [...dictionaries.values()].flat();
      yield { stream: [schema.head, ...all, wholeMessage(content, message, room)], column: 0, end };
      continue;
    }
    for (const [column, span] of spans.entries()) {
      const type = types[column]!;
      const own = (type.typeId === CODED && dictionaries.get(type.id)) || [];
      const records = recordsOfColumn(content, message, span, room);
      yield { stream: [schemaOfColumn(schema, column), ...own, records], column, end };
    }
  }
}

/** Memory for one thing at a time, as large as the largest so far. */
function roomForOne(): Room {
  let all = new Uint8Array(0);
  return (size) => {
    if (all.length < size) all = new Uint8Array(size);
    return all.subarray(0, size);
  };
}

/** A column of codes, whose values are in a dictionary, as flechette calls it; its own buffers are those of whole numbers. */
const CODED = -1;

/** How many buffers columns have, by the kind of their cells (Arrow's Schema.fbs, Type). */
const BUFFERS: Readonly<Record<number, number>> = {
  [CODED]: 2,
  // Null.
  1: 0,
  // Numbers, truths, decimals, dates and times, bytes of fixed size: which are there, and the values.
  ...Object.fromEntries([2, 3, 6, 7, 8, 9, 10, 11, 15, 18].map((type) => [type, 2])),
  // Bytes and text: also where each begins.
  ...Object.fromEntries([4, 5, 19, 20].map((type) => [type, 3])),
};
/** Bytes and text in several buffers, behind those that say which are there and where; a batch says how many. */
const VIEWS = [23, 24];

/** Of what in a batch each column is made; null where some column has others within, which only a whole batch tells. */
function columnSpans(types: readonly DataType[], counts: readonly number[]): ColumnSpan[] | null {
  const spans: ColumnSpan[] = [];
  let [buffer, views] = [0, 0];
  for (const [node, { typeId }] of types.entries()) {
    const isView = VIEWS.includes(typeId);
    const own = isView ? 2 + (counts[views] ?? 0) : BUFFERS[typeId];
    if (own === undefined) return null;
    spans.push({
      nodes: { first: node, count: 1 },
      buffers: { first: buffer, count: own },
      counts: { first: views, count: isView ? 1 : 0 },
    });
    buffer += own;
    if (isView) views++;
  }
  return spans;
}
