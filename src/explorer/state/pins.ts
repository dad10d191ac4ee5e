import type { Settings } from './parameters.ts';

/** Beside the settings themselves up to three others are compared; each keeps its letter, line and mark. */
export const pinNames = ['A', 'B', 'C'] as const;
export type PinName = (typeof pinNames)[number];
export type Pins = { readonly [Name in PinName]?: Settings };

/** The first letter that is free. */
export const freePin = (pins: Pins): PinName | undefined => pinNames.find((name) => pins[name] === undefined);

export const withPin = (pins: Pins, name: PinName, settings: Settings): Pins => ({
  ...pins,
  [name]: settings,
});

export function withoutPin(pins: Pins, name: PinName): Pins {
  const { [name]: _, ...rest } = pins;
  return rest;
}

/** The names of the settings in which any two of these differ, in the order of the page. */
export const differing = (compared: readonly Settings[]): (keyof Settings)[] =>
  (Object.keys(compared[0] ?? {}) as (keyof Settings)[]).filter((name) =>
    compared.some((settings) => settings[name] !== compared[0]![name]),
  );
