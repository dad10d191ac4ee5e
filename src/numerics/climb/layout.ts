/**
 * Where the arrays of a climb lie, float32 but for `numbers` and `switched`. N and d are filled up with zeros to multiples of
 * four. `about`, `hidden`, `rise` and `spread` may share a factor.
 *
 *     numbers     those of {@link CLIMB_NUMBERS}, float64
 *     weights     a, [N]
 *     offsets     a_j b_j, [N]
 *     sizes       |a_j k_j|, [N]
 *     kernel      k_j, [N, d]
 *     spread      what z rises by along what changes: in l2 K'k_j, [N, N], the Gram matrix; in linf K'e_i, [d, N]
 *     about       z at the centre of the ball, [N]; unused in linf
 *     hidden      z = K'x + b at the start, [N]; changed
 *     rise        in l2 K'g there, in linf K'sign(g), [N]; changed
 *     gradient    g there, [d]; changed
 *     centre      of the ball, [d]
 *     delta       from the centre to the start, [d]; changed
 *     found       from the centre to the point that is kept, [d]: the result
 *     move        room for d numbers
 *     change      room for d numbers
 *     switched    room for as many integers as the longer of N and d has, and four more
 */
export const CLIMB_ARRAYS = [
  'numbers',
  'weights',
  'offsets',
  'sizes',
  'kernel',
  'spread',
  'about',
  'hidden',
  'rise',
  'gradient',
  'centre',
  'delta',
  'found',
  'move',
  'change',
  'switched',
] as const;

/**
 *     value       f at the start; then where the climb ends up: f at the point that is kept
 *     offset      f(x) - <g, x> at the start
 *     target      y, of which the point that is kept is the farthest; not read where `absolute` is 0
 *     push        1 up, -1 down
 *     length      of a step
 *     radius      of the ball
 *     switches    result: how many rows of `spread` were added
 *     cancelled   result: the least |g| over the largest of what it was computed from
 */
export const CLIMB_NUMBERS = [
  'value',
  'offset',
  'target',
  'push',
  'length',
  'radius',
  'switches',
  'cancelled',
] as const;

/** Names of the sizes behind the addresses, in their order: bytes of N and of d numbers, and three choices. */
const CLIMB_SIZES = ['units', 'inputs', 'steps', 'absolute', 'keepBest'] as const;

/** Addresses and sizes, as the functions take them, in order. */
export const CLIMB_PARAMETERS = [...CLIMB_ARRAYS, ...CLIMB_SIZES] as const;

/** The norms in which rows climb. */
export const CLIMB_NORMS = ['l2', 'linf'] as const;
export type ClimbNorm = (typeof CLIMB_NORMS)[number];
