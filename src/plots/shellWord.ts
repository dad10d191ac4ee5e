/** A word as a POSIX shell reads it back, in quotes where it needs them. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word));

/** The same in quotes in any case. */
export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
