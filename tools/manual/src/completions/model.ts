import type { ArgumentSpec, CommandSpec, OptionSpec } from '@vm-tools/cli';
import { commonOptions } from '@vm-tools/cli/description';
import { parseArgument } from '../description/argument.ts';
import { parseFlags } from '../description/flags.ts';
import type { Tool } from '../description/tool.ts';

/** An option, as shells complete it. */
export interface CompletedOption {
  /** "-o" */
  readonly short?: string;
  readonly long: string;
  readonly description: string;
  /** its value in a word: "file"; absent for an option without one, and for one whose value may be left out */
  readonly value?: string;
  /** what the value may be; see `completes` of an argument */
  readonly words: readonly string[];
}

/** What may stand behind the name of a tool, or behind that of one of its commands. */
export interface Scope {
  readonly tool: string;
  /** absent of the tool itself */
  readonly command?: string;
  readonly summary: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletedOption[];
  /** what an argument may be */
  readonly words: readonly string[];
}

/** By the name of an argument, or of the value of an option. */
const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  domain: ['<domain>'],
  peer: ['<peer>'],
  file: ['<file>'],
  folder: ['<folder>'],
  folders: ['<folder>'],
};

/** What a tool and each of its commands complete. */
export function scopesOf({ name, own, commands }: Tool): readonly Scope[] {
  const listed = commands.map(({ name: command, summary }) => ({ name: command, summary }));
  return [
    { tool: name, summary: own.summary, commands: listed, ...takenBy(own) },
    ...commands.map((command) => ({
      tool: name,
      command: command.name,
      summary: command.summary,
      commands: [],
      ...takenBy(command),
    })),
  ];
}

function takenBy(spec: CommandSpec): Pick<Scope, 'options' | 'words'> {
  const options = [...(spec.options ?? []), ...commonOptions(spec)];
  const words = (spec.arguments ?? []).flatMap(wordsOfArgument);
  return { options: options.map(completedOption), words: [...new Set(words)] };
}

function wordsOfArgument({ name, completes }: ArgumentSpec): readonly string[] {
  return completes ?? BY_NAME[parseArgument(name).name] ?? [];
}

function completedOption({ flags, description, choices, completes }: OptionSpec): CompletedOption {
  const { short, long, value, isOptional } = parseFlags(flags);
  const isValued = value !== undefined && !isOptional;
  return {
    ...(short !== undefined && { short }),
    long,
    description,
    ...(isValued && { value }),
    words: isValued ? (completes ?? choices ?? BY_NAME[value] ?? []) : [],
  };
}
