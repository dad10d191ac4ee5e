import { shellWord } from '../shellWord.ts';

/** What a reader who has just saved a model may want to type next. */
export const applyLine = (model: string): string =>
  `new rows are scored by: rrf apply --model ${shellWord(model)} --csv NEW.csv --out scores.csv`;
