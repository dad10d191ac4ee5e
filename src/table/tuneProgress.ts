import { expectedWork } from '../exact/expectedSeconds.ts';
import type { TuneCandidate, TunePath } from './tuneCandidates.ts';
import type { TableTuningSettings, TuneProgress } from './tuneOptions.ts';
import type { PreparedRows } from './tuneScores.ts';

/** Counts the work of all splits, of which each is known only when it begins. */
export class TuneProgressCount {
  readonly #splits: number;
  readonly #tell: (progress: TuneProgress) => void;
  #begun = 0;
  /** Work and candidates of the splits before this one, of this one, and done in it. */
  #before = { work: 0, candidates: 0 };
  #split = { work: 0, candidates: 0 };
  #done = { work: 0, candidates: 0 };
  #costOf: (width: number, eps: number) => number = () => 1;
  /** Work of training what is chosen, and how much of it is done. */
  #training = { work: 0, done: 0 };

  constructor(splits: number, tell: (progress: TuneProgress) => void) {
    this.#splits = splits;
    this.#tell = tell;
  }

  /**
   * A split begins, or another part of its rows, with these paths to be scored.
   * @param trained rows that what is chosen is trained on then; 0 where others will decide
   */
  begin(
    paths: readonly TunePath[],
    { n, d }: PreparedRows,
    { by, folds }: Pick<TableTuningSettings, 'by' | 'folds'>,
    trained: number,
  ): void {
    this.#before = {
      work: this.#before.work + this.#split.work,
      candidates: this.#before.candidates + this.#split.candidates,
    };
    const times = by === 'folds' ? folds : 1;
    this.#costOf = (N, eps) => times * (eps === 0 ? 1 : 6) * expectedWork({ n, d, N });
    this.#split = { work: 0, candidates: 0 };
    for (const { family, epsilons } of paths)
      for (const eps of epsilons) {
        this.#split.work += this.#costOf(family.width, eps);
        this.#split.candidates++;
      }
    const widest = Math.max(...paths.map(({ family }) => family.width));
    this.#training = { work: (this.#costOf(widest, 1) * trained) / (times * n), done: 0 };
    this.#split.work += this.#training.work;
    this.#done = { work: 0, candidates: 0 };
    this.#begun++;
  }

  /** A candidate is scored, or was before. */
  finished({ width, eps }: TuneCandidate): void {
    this.#done.work += this.#costOf(width, eps);
    this.#done.candidates++;
    this.#say();
  }

  /** Of training what is chosen so much is done, 0 to 1. */
  trained(share: number): void {
    const done = this.#training.work * Math.min(1, Math.max(0, share));
    this.#done.work += done - this.#training.done;
    this.#training.done = done;
    this.#say();
  }

  #say(): void {
    const left = 1 + this.#splits - this.#begun;
    this.#tell({
      done: this.#before.work + this.#done.work,
      total: this.#before.work + left * this.#split.work,
      candidates: this.#before.candidates + this.#done.candidates,
      of: this.#before.candidates + left * this.#split.candidates,
    });
  }
}
