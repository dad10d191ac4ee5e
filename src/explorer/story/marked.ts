/** What is marked in text, formula and picture alike: each has one colour and one mark. */
export const QUANTITIES = ['standard', 'adversarial', 'radius', 'width', 'worst'] as const;
export type Quantity = (typeof QUANTITIES)[number];

export interface Part {
  readonly quantity?: Quantity;
  readonly text: string;
}

/** The parts of a text in which a quantity is written `{standard|the standard risk}`. */
export function marked(text: string): Part[] {
  return text.split(/(\{\w+\|[^}]*\})/).flatMap((part): Part[] => {
    const found = /^\{(\w+)\|([^}]*)\}$/.exec(part);
    if (found) return [{ quantity: found[1] as Quantity, text: found[2]! }];
    return part === '' ? [] : [{ text: part }];
  });
}
