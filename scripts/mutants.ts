/**
 * Breaks the sources in random small ways, one at a time, and counts how many of these mutants the tests of their room
 * notice. A mutant that survives the tests of its own room meets those of all others too (`--everywhere`), or is listed.
 *
 *   npx tsx scripts/mutants.ts [--count 400] [--seed 1] [--rooms theory,attacks,exact,figures] [--workers 2] [--out FILE]
 *
 * FILE (default mutants.jsonl) gets one line a mutant; mutants in it are not run again. Four hundred take an hour or two
 * on two cores. A mutant that outlasts ten minutes counts as noticed.
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { stream } from '../src/random/stream.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One change of one file: the text from `start` to `end` becomes `text`. */
interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly was: string;
  readonly text: string;
}

type Verdict = 'noticed' | 'survived' | 'timed out';

const SWAPPED: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
]);

const OPPOSITE: Readonly<Record<string, string>> = {
  max: 'min',
  min: 'max',
  less: 'greater',
  greater: 'less',
  add: 'sub',
  sub: 'add',
};

/** Every change that this script knows to make to a file. */
function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: Mutant[] = [];
  const change = (node: ts.Node, to: string): void => {
    const start = node.getStart(source);
    const { line } = source.getLineAndCharacterOfPosition(start);
    found.push({ file, line: line + 1, start, end: node.getEnd(), was: node.getText(source), text: to });
  };
  const visit = (node: ts.Node): void => {
    // Types say nothing at run time, and the words of messages are for people.
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isThrowStatement(node) || ts.isExportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const swapped = SWAPPED.get(node.operatorToken.kind);
      const text = (side: ts.Node): boolean => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side);
      if (swapped && !text(node.left) && !text(node.right)) change(node.operatorToken, swapped);
    }
    if (ts.isNumericLiteral(node)) change(node, node.text === '0' ? '1' : `(${node.text} * 1.5)`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) change(node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) change(node, 'true');
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken)
      change(node, node.operand.getText(source));
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      change(node, node.operand.getText(source));
    if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const condition = ts.isIfStatement(node) ? node.expression : node.condition;
      change(condition, 'true');
      change(condition, 'false');
    }
    if (ts.isPropertyAccessExpression(node)) {
      const other = OPPOSITE[node.name.text];
      if (other && ts.isCallExpression(node.parent)) change(node.name, other);
    }
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) change(node, ';');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A copy of the project in which files can be broken. */
function workplace(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rrf-mutants-'));
  for (const name of readdirSync(root)) {
    if (['.git', 'node_modules', 'results', 'coverage'].includes(name)) continue;
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** Exit code of the tests below `tests`; null when they took too long. */
function test(folder: string, tests: string): Promise<number | null> {
  return new Promise((done) => {
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run', '--bail=1', `${tests}/`], {
      cwd: folder,
      stdio: 'ignore',
      detached: process.platform !== 'win32',
    });
    const timer = setTimeout(() => {
      process.kill(-child.pid!, 'SIGKILL');
    }, 600_000);
    child.on('exit', (code) => {
      clearTimeout(timer);
      done(code);
    });
  });
}

async function verdictOn(mutant: Mutant, folder: string, tests: string): Promise<Verdict> {
  const at = path.join(folder, mutant.file);
  const text = readFileSync(at, 'utf8');
  writeFileSync(at, text.slice(0, mutant.start) + mutant.text + text.slice(mutant.end));
  try {
    const code = await test(folder, tests);
    return code === null ? 'timed out' : code === 0 ? 'survived' : 'noticed';
  } finally {
    writeFileSync(at, text);
  }
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    rooms: { type: 'string', default: 'theory,attacks,exact,figures' },
    workers: { type: 'string', default: '2' },
    out: { type: 'string', default: 'mutants.jsonl' },
    everywhere: { type: 'boolean', default: false },
  },
});
const rooms = values.rooms.split(',');
const files = rooms.flatMap((room) =>
  readdirSync(path.join(root, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => path.posix.join('src', room, name.split(path.sep).join('/'))),
);
const all = files.flatMap(mutantsOf);
const order = stream('mutants', values.seed).permutation(all.length);
const chosen = Array.from(order.subarray(0, Number(values.count)), (at) => all[at]!);
const keyOf = ({ file, start, text }: Mutant): string => `${file}:${start}:${text}`;
const before: readonly (Mutant & { verdict: Verdict })[] = existsSync(values.out)
  ? readFileSync(values.out, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
const verdicts = new Map(before.map((mutant) => [keyOf(mutant), mutant.verdict]));
const queue = chosen.filter((mutant) => !verdicts.has(keyOf(mutant)));
console.log(
  `${all.length} mutants of ${files.length} files; ${chosen.length} chosen, ${queue.length} to run`,
);

async function worker(): Promise<void> {
  const folder = workplace();
  try {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      let verdict = await verdictOn(mutant, folder, path.posix.join('test', mutant.file.split('/')[1]!));
      if (verdict === 'survived' && values.everywhere) verdict = await verdictOn(mutant, folder, 'test');
      verdicts.set(keyOf(mutant), verdict);
      appendFileSync(values.out, `${JSON.stringify({ ...mutant, verdict })}\n`);
      if (verdict === 'survived')
        console.log(`survived  ${mutant.file}:${mutant.line}  ${mutant.was} -> ${mutant.text}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
await Promise.all(Array.from({ length: Number(values.workers) }, worker));

const survived = chosen.filter((mutant) => verdicts.get(keyOf(mutant)) === 'survived');
for (const room of rooms) {
  const here = chosen.filter(({ file }) => file.startsWith(`src/${room}/`));
  const left = survived.filter(({ file }) => file.startsWith(`src/${room}/`));
  console.log(`${room}: ${here.length - left.length} of ${here.length} noticed`);
}
const share = 1 - survived.length / chosen.length;
console.log(`${(100 * share).toFixed(1)} per cent of ${chosen.length} noticed`);
