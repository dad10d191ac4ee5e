import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One change of one file: the text from `start` to `end` becomes `text`. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly was: string;
  readonly text: string;
  /** The expression that the change is part of, as a range of the text: a test that never evaluates it cannot notice. */
  readonly within: readonly [start: number, end: number];
  /** Whether it is known beforehand that no test can tell. */
  readonly idle: boolean;
}

export const keyOf = ({ file, start, text }: Mutant): string => `${file}:${start}:${text}`;

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

/** Types say nothing at run time, and the words of messages are for people. */
const saysNothing = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isImportDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  ts.isThrowStatement(node);

/** Numbers smaller than the one and larger than the other are guards and tolerances of rounding. */
const [SMALLEST, LARGEST] = [1e-6, 1e6];

/**
 * Numbers and truth values of which no test can tell: the `true` beside each name in a list of options, whose keys alone
 * are read; the 1 of `at(-1)`, an index, which is cut to a whole number; the settings of figures, which are choices;
 * tolerances and guards, of 1e-6 and less or 1e6 and more, unless they stand behind `??` as defaults of options.
 */
function isIdle(node: ts.Node, source: ts.SourceFile): boolean {
  if (node.kind !== ts.SyntaxKind.TrueKeyword && !ts.isNumericLiteral(node)) return false;
  const isNumber = ts.isNumericLiteral(node);
  if (isNumber && Number(node.text) > 0 && (Number(node.text) <= SMALLEST || Number(node.text) >= LARGEST))
    return !(
      ts.isBinaryExpression(node.parent) &&
      node.parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
    );
  const call = node.parent.parent;
  if (isNumber && ts.isPrefixUnaryExpression(node.parent) && ts.isCallExpression(call))
    return call.expression.getText(source).endsWith('.at');
  for (let above = node.parent; above; above = above.parent) {
    if (ts.isFunctionLike(above)) return false;
    if (!isNumber && ts.isCallExpression(above)) return above.expression.getText(source) === 'checkOptions';
    if (ts.isVariableDeclaration(above)) {
      const type = above.type?.getText(source) ?? '';
      return isNumber ? type === 'FigureSettings' : type.startsWith('OptionNames<');
    }
    if (isNumber && ts.isPropertyAssignment(above) && source.fileName.startsWith('src/figures/'))
      if (['defaults', 'quick'].includes(above.name.getText(source))) return true;
  }
  return false;
}

/**
 * Whether one turn more changes nothing: the only statement of the loop `i < n` assigns to x[i], or x[i * n + i], and
 * beyond the end of a typed array writing does nothing.
 */
function writesBeyondTheEnd(condition: ts.BinaryExpression, source: ts.SourceFile): boolean {
  const loop = condition.parent;
  if (!ts.isForStatement(loop) || loop.condition !== condition) return false;
  if (condition.operatorToken.kind !== ts.SyntaxKind.LessThanToken) return false;
  const body =
    ts.isBlock(loop.statement) && loop.statement.statements.length === 1
      ? loop.statement.statements[0]!
      : loop.statement;
  if (!ts.isExpressionStatement(body) || !ts.isBinaryExpression(body.expression)) return false;
  const { left, operatorToken } = body.expression;
  if (operatorToken.kind < ts.SyntaxKind.FirstAssignment || operatorToken.kind > ts.SyntaxKind.LastAssignment)
    return false;
  const target = ts.isNonNullExpression(left) ? left.expression : left;
  if (!ts.isElementAccessExpression(target)) return false;
  const variable = condition.left.getText(source);
  const index = target.argumentExpression.getText(source);
  return index === variable || new RegExp(`^${variable} \\* \\w+ \\+ ${variable}$`).test(index);
}

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** Whether a number is an index or a length by itself: half as much again would be cut to a whole number. */
function isIndex(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node;
  if (!ts.isCallExpression(parent) || !ts.isPropertyAccessExpression(parent.expression)) return false;
  return ['at', 'subarray', 'slice'].includes(parent.expression.name.text);
}

/** Every change that is made to `file`, a path below `root`. */
export function mutantsOf(root: string, file: string): Mutant[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(root, file), 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  );
  const found: Mutant[] = [];
  const change = (node: ts.Node, text: string, within: ts.Node = node): void => {
    const start = node.getStart(source);
    found.push({
      file,
      line: source.getLineAndCharacterOfPosition(start).line + 1,
      start,
      end: node.getEnd(),
      was: node.getText(source),
      text,
      within: [within.getStart(source), within.getEnd()],
      idle: isIdle(node, source) || (ts.isBinaryExpression(within) && writesBeyondTheEnd(within, source)),
    });
  };
  const visit = (node: ts.Node): void => {
    if (saysNothing(node)) return;
    if (ts.isBinaryExpression(node)) {
      const swapped = SWAPPED.get(node.operatorToken.kind);
      if (swapped && !isText(node.left) && !isText(node.right)) change(node.operatorToken, swapped, node);
    }
    const names = ts.isPropertyAssignment(node.parent) && node.parent.name === node;
    if (ts.isNumericLiteral(node) && !names)
      change(node, Number(node.text) === 0 ? '1' : `(${node.text} ${isIndex(node) ? '+ 1' : '* 1.5'})`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) change(node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) change(node, 'true');
    if (
      ts.isPrefixUnaryExpression(node) &&
      (node.operator === ts.SyntaxKind.MinusToken || node.operator === ts.SyntaxKind.ExclamationToken)
    )
      change(node, node.operand.getText(source));
    if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const condition = ts.isIfStatement(node) ? node.expression : node.condition;
      change(condition, 'true');
      change(condition, 'false');
    }
    if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
      const other = OPPOSITE[node.name.text];
      if (other && node.parent.expression === node) change(node.name, other, node.parent);
    }
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression))
      change(node, ';', node.expression);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}
