export function isFresh(file: string): boolean;
