/** Norms of perturbations as pictures write them, by their names in options. */
const NORMS: Readonly<Record<string, string>> = {
  l1: '$\\ell_1$',
  l2: '$\\ell_2$',
  linf: '$\\ell_\\infty$',
};

/** A norm's name in a picture; of a norm of one's own its name. */
export const normSymbol = (name: string): string => NORMS[name] ?? name;
