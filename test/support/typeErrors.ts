import ts from 'typescript';

/** Parsed files of packages, which programs share: TensorFlow's declarations alone take a second. */
const parsed = new Map<string, ts.SourceFile>();

export interface TypeChecked {
  readonly files: readonly string[];
  /** As in the `compilerOptions` of a tsconfig.json; relative paths begin in `folder`. */
  readonly options: object;
  readonly folder: string;
  /** The tsconfig.json that the options are added to. */
  readonly base?: string;
}

/**
 * What TypeScript has against the given files, a line for each error. Modules that they import are read and not checked:
 * `npm run check` does that for the sources.
 */
export function typeErrors({ files, options: compilerOptions, folder, base }: TypeChecked): string[] {
  const configuration = { ...(base && { extends: base }), compilerOptions, files, include: [] };
  const { options, errors } = ts.parseJsonConfigFileContent(configuration, ts.sys, folder);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { getSourceFile } = host;
  host.getSourceFile = (name, languageVersion, ...rest) => {
    if (!name.includes('/node_modules/')) return getSourceFile(name, languageVersion, ...rest);
    const key = `${name} ${JSON.stringify(languageVersion)}`;
    const file = parsed.get(key) ?? getSourceFile(name, languageVersion, ...rest);
    if (file !== undefined) parsed.set(key, file);
    return file;
  };
  const program = ts.createProgram([...files], { ...options, noEmit: true }, host);
  const found = files.flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return [...errors, ...program.getOptionsDiagnostics(), ...found].map(({ file, messageText }) =>
    `${file?.fileName ?? ''} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`.trim(),
  );
}
