import ts from 'typescript';

/** What a command prints with --json, as a type. */
export interface PrintedValue {
  /** "vm-migrate status" */
  readonly command: string;
  readonly type: ts.Type;
}

/**
 * The values that an executable and its commands print: `value` of what `run` gives, in the call of `runCli` of its
 * main.ts. The compiler knows it, so that no list of types can say another thing than the code does.
 *
 * @throws Error for a main.ts of another shape
 */
export function readCommands(main: ts.SourceFile, checker: ts.TypeChecker): readonly PrintedValue[] {
  const spec = specOf(main);
  const name = nameOf(spec, checker);
  const commands = propertyOf(spec, 'commands');
  const elements = commands !== undefined && ts.isArrayLiteralExpression(commands) ? commands.elements : [];
  return [spec, ...elements].flatMap((each) => {
    if (!ts.isObjectLiteralExpression(each)) throw new Error(`${main.fileName}: a command is no object`);
    const run = propertyOf(each, 'run');
    if (run === undefined) return []; // it has commands alone
    const command = each === spec ? name : `${name} ${nameOf(each, checker)}`;
    return [{ command, type: valueOf(run, checker) }];
  });
}

/** What is given to `runCli`. */
function specOf(main: ts.SourceFile): ts.ObjectLiteralExpression {
  let found: ts.ObjectLiteralExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(main) === 'runCli') {
      const [spec] = node.arguments;
      if (spec !== undefined && ts.isObjectLiteralExpression(spec)) found = spec;
    }
    ts.forEachChild(node, visit);
  };
  visit(main);
  if (found === undefined) throw new Error(`${main.fileName} does not call runCli with an object`);
  return found;
}

function propertyOf(spec: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = spec.properties.find((each) => each.name?.getText() === name);
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

/** Of `{ ...statusCommand, run }` that of `statusCommand`, where it is declared. */
function nameOf(spec: ts.ObjectLiteralExpression, checker: ts.TypeChecker): string {
  const spread = spec.properties.find(ts.isSpreadAssignment);
  const symbol = spread && checker.getSymbolAtLocation(spread.expression);
  const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const declared = (isAlias ? checker.getAliasedSymbol(symbol) : symbol)?.valueDeclaration;
  const value =
    declared !== undefined && ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
  const name = value !== undefined && ts.isObjectLiteralExpression(value) && propertyOf(value, 'name');
  if (!name || !ts.isStringLiteral(name)) throw new Error(`${spec.getText()} does not tell its name`);
  return name.text;
}

/** Of `async () => ({ value })` the type of the value. */
function valueOf(run: ts.Expression, checker: ts.TypeChecker): ts.Type {
  const [signature] = checker.getTypeAtLocation(run).getCallSignatures();
  const outcome = signature && checker.getAwaitedType(signature.getReturnType());
  const value = outcome && checker.getPropertyOfType(outcome, 'value');
  if (value === undefined) throw new Error(`${run.getText()} gives no value`);
  return checker.getTypeOfSymbol(value);
}
