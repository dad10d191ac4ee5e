import { checkChoice, checkInteger, checkPositive, InvalidArgumentError } from '../errors.ts';

/** How the learning rate goes over a cycle. */
export interface Schedule {
  /** Says it in a checkpoint: two schedules of the same name are the same. */
  readonly name: string;
  /** The factor on the learning rate after the fraction `done` of a cycle, 0 <= done < 1. */
  factor(done: number): number;
}

/**
 * A rate that falls linearly to zero. For convex problems with kinks this is the schedule under which the last iterate,
 * not only an average, is optimal (Zamani & Glineur 2023; Defazio et al. 2023).
 */
export const linearDecay: Schedule = { name: 'linear', factor: (done) => 1 - done };

/** The same rate throughout. */
export const constantRate: Schedule = { name: 'constant', factor: () => 1 };

/** Half a period of a cosine, from 1 to 0 (Loshchilov & Hutter 2017). */
export const cosineDecay: Schedule = {
  name: 'cosine',
  factor: (done) => (1 + Math.cos(Math.PI * done)) / 2,
};

/**
 * Divides a cycle into `stages` of equal length; each has `ratio` times the rate of the one before.
 * @throws InvalidArgumentError for stages < 1, or a ratio outside (0, 1]
 */
export function stepDecay(stages = 3, ratio = 0.1): Schedule {
  checkInteger('stages', stages);
  if (checkPositive('ratio', ratio) > 1) throw new InvalidArgumentError('ratio', ratio, 'a number in (0, 1]');
  return { name: `step ${stages} ${ratio}`, factor: (done) => ratio ** Math.floor(stages * done) };
}

const schedules = { linear: linearDecay, constant: constantRate, cosine: cosineDecay, step: stepDecay() };

/**
 * The schedules known by name; `step` is three stages, each with a tenth of the rate before it.
 * @useDeclaredType
 */
export type ScheduleName = keyof typeof schedules;

/** The schedule of that name, or the one given. @throws InvalidArgumentError for an unknown name or another object */
export function scheduleNamed(schedule: ScheduleName | Schedule): Schedule {
  if (typeof schedule === 'string')
    return schedules[checkChoice('schedule', schedule, Object.keys(schedules) as ScheduleName[])];
  if (typeof schedule?.name === 'string' && typeof schedule.factor === 'function') return schedule;
  throw new InvalidArgumentError(
    'schedule',
    schedule,
    'the name of one, or an object of a name and a factor',
  );
}
