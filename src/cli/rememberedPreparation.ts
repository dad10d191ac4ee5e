import { DECIMAL_MARKS, type Preparation, preparationFrom } from '../data/preparation/preparation.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import { readModelFile } from '../models/modelFiles.ts';

/**
 * How the columns of a file become the inputs of a saved model; null where `rrf train` did not save it.
 * @param told what stands before the decimals of the file; default as in training, where the file leaves it open
 * @throws UserError naming the file that is missing, holds no layers model, or a damaged preparation
 */
export function rememberedPreparation(model: string, told?: string): Preparation | null {
  const { file, userDefinedMetadata } = readModelFile(model);
  const { preparation } = (userDefinedMetadata ?? {}) as { preparation?: unknown };
  if (preparation === undefined) return null;
  const found = preparationFrom(preparation, JSON.stringify(file));
  return told === undefined ? found : { ...found, decimal: checkChoice('decimal', told, DECIMAL_MARKS) };
}

/** @throws InvalidArgumentError where classes are asked for and the model was trained to predict numbers */
export function checkClassesKnown(
  { classes, model }: { readonly classes: boolean; readonly model: string },
  preparation: Preparation | null,
): void {
  if (classes && preparation?.target.kind === 'number')
    throw new InvalidArgumentError(
      'classes',
      true,
      `none for ${model}, which predicts ${preparation.target.name} as a number; rrf train --classes, or rrf tune, makes one of classes`,
    );
}
