import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CommandSpec, OptionSpec } from '../src/command/spec.ts';

const checkout = join(import.meta.dirname, '../../..');

/** By name of the executable: what it does by itself, and its commands by their names. */
export type Tools = ReadonlyMap<
  string,
  { readonly own: CommandSpec; readonly commands: ReadonlyMap<string, CommandSpec> }
>;

/** The options of every executable; see parse-command.ts. */
const COMMON = [
  '-v',
  '-q',
  '-h',
  '-V',
  '--verbose',
  '--quiet',
  '--json',
  '--no-color',
  '--host',
  '--timeout',
];

/** Everything that executables declare about themselves. */
export async function readTools(): Promise<Tools> {
  const tools = new Map<string, { own: CommandSpec; commands: Map<string, CommandSpec> }>();
  for await (const bin of glob('packages/*/bin/*.js', { cwd: checkout })) {
    const program = basename(bin, '.js');
    const folder = join(checkout, dirname(dirname(bin)));
    const tool = {
      own: { name: program, summary: '', examples: [] } as CommandSpec,
      commands: new Map<string, CommandSpec>(),
    };
    for await (const file of glob('src/*options.ts', { cwd: folder })) {
      const declared = Object.values((await import(join(folder, file))) as object).filter(isCommand);
      for (const command of declared) {
        if (command.name === program) tool.own = command;
        else tool.commands.set(command.name, command);
      }
    }
    tools.set(program, tool);
  }
  return tools;
}

/** The option with this flag, of which the part from NAME on may be anything, or undefined; `true` for one that every executable has. */
export function optionOf({ options = [] }: CommandSpec, flag: string): OptionSpec | true | undefined {
  if ([...COMMON, '--help', '--version'].includes(flag)) return true;
  const [known, hasPlaceholder] = [flag.replace(/NAME.*$/, ''), flag.includes('NAME')];
  return options.find(({ flags }) =>
    flags.split(/[ ,]+/).some((each) => (hasPlaceholder ? each.startsWith(known) : each === flag)),
  );
}

function isCommand(value: unknown): value is CommandSpec {
  return typeof value === 'object' && value !== null && 'summary' in value && 'examples' in value;
}
