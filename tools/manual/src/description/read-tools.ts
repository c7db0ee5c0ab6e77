import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { listExecutables, type Executable } from '@vm-tools/bundle';
import type { CommandSpec } from '@vm-tools/cli';
import { ROOT } from '../root.ts';
import { sectionOf, type Tool } from './tool.ts';

/** What all executables declare in their `options.ts`. */
export async function readTools(): Promise<readonly Tool[]> {
  const executables = await listExecutables(ROOT);
  return Promise.all(executables.map(readTool));
}

async function readTool({ name, folder }: Executable): Promise<Tool> {
  const declared: CommandSpec[] = [];
  for await (const file of glob('src/*options.ts', { cwd: folder })) {
    const exported = Object.values((await import(join(folder, file))) as Record<string, unknown>);
    declared.push(...exported.filter(isCommand));
  }
  const own = declared.find((each) => each.name === name);
  if (own === undefined) throw new Error(`${folder}: no options.ts describes ${name}`);
  const commands = declared.filter((each) => each !== own).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { name, section: sectionOf(name), own, runsAlone: runsAlone(own, commands), commands };
}

function isCommand(value: unknown): value is CommandSpec {
  return typeof value === 'object' && value !== null && 'summary' in value && 'examples' in value;
}

/** A tool whose commands do all that it does has nothing else to take. */
function runsAlone(
  { arguments: words = [], options = [] }: CommandSpec,
  commands: readonly unknown[],
): boolean {
  return commands.length === 0 || words.length > 0 || options.length > 0;
}
