import { dirname, join } from 'node:path';
import { listExecutables } from '@vm-tools/bundle';
import ts from 'typescript';
import { toSchema } from './convert/to-schema.ts';
import type { RootSchema } from './convert/schema.ts';
import { DOCUMENTS } from './documents.ts';
import { readCommands } from './read-commands.ts';

/** The schemas of all that is printed with --json. */
export interface Schemas {
  /** by the names of their files: "vm-migrate-status.json" */
  readonly files: ReadonlyMap<string, RootSchema>;
  /** the commands whose values have no type: "vm-image info" */
  readonly without: readonly string[];
}

/**
 * Makes them from the sources. Types are not checked: another step of the tests does that.
 *
 * @throws Error when a source cannot be read, or prints what has no JSON
 */
export async function readSchemas(root: string): Promise<Schemas> {
  const mains = (await listExecutables(root)).map(({ folder }) => join(folder, 'src/main.ts'));
  const lines = join(root, 'tools/schemas/src/lines.ts');
  const program = ts.createProgram([...mains, lines], optionsOf(root));
  const checker = program.getTypeChecker();
  const fileOf = (path: string): ts.SourceFile => {
    const file = program.getSourceFile(path);
    if (file === undefined) throw new Error(`${path} is not there`);
    return file;
  };
  const files = new Map<string, RootSchema>();
  const without: string[] = [];
  for (const { command, type } of mains.flatMap((main) => readCommands(fileOf(main), checker))) {
    if (saysNothing(type)) without.push(command);
    else
      files.set(
        fileNameOf(command),
        toSchema(type, checker, { title: command, description: about(command) }),
      );
  }
  for (const { file, title, description, type } of DOCUMENTS) {
    const declared = exportedType(fileOf(lines), type, checker);
    files.set(file, toSchema(declared, checker, { title, description }));
  }
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), without: without.sort() };
}

const about = (command: string): string =>
  `The result of ${command} --json: on stdout, or on stderr where stdout carries something else.`;

/** "vm-migrate-status.json" of "vm-migrate status" */
function fileNameOf(command: string): string {
  return `${command.replaceAll(' ', '-')}.json`;
}

function optionsOf(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.base.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, dirname(path)).options;
}

function saysNothing({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) !== 0;
}

function exportedType(source: ts.SourceFile, name: string, checker: ts.TypeChecker): ts.Type {
  const module = checker.getSymbolAtLocation(source);
  const symbol = module && checker.getExportsOfModule(module).find((each) => each.getName() === name);
  if (symbol === undefined) throw new Error(`${source.fileName} does not export ${name}`);
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return checker.getDeclaredTypeOfSymbol(isAlias ? checker.getAliasedSymbol(symbol) : symbol);
}
