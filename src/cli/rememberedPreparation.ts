import { type Preparation, preparationFrom } from '../data/preparation/preparation.ts';
import { oneLine, UserError } from '../errors.ts';
import { readModelFile } from '../models/modelFiles.ts';

/**
 * How the columns of a file become the inputs of a saved model; null where `rrf train` did not save it.
 * @throws UserError naming the file that is missing, holds no layers model, or a damaged preparation
 */
export function rememberedPreparation(model: string): Preparation | null {
  const { file, userDefinedMetadata } = readModelFile(model);
  const { preparation } = (userDefinedMetadata ?? {}) as { preparation?: unknown };
  return preparation === undefined ? null : preparationFrom(preparation, JSON.stringify(file));
}

/**
 * Where a command takes models of one output alone.
 * @throws UserError naming the command, for a model that tells several classes apart
 */
export function refuseSeveralClasses(command: string, model: string, preparation: Preparation | null): void {
  if (preparation?.target.kind !== 'several classes') return;
  throw new UserError(
    oneLine(
      `${command} takes models of one output, and ${JSON.stringify(model)} tells ${preparation.target.classes.length} classes apart: rrf apply scores it, and rrf train --positive makes one of two classes`,
    ),
  );
}
