import { readShell } from './read-shell.ts';
import type { CompletedOption, Scope } from './model.ts';
import { verbsOf } from './verbs.ts';

/**
 * The completions for fish: how it is done, and behind that what each tool takes. fish loads the file once for each
 * tool, by another name.
 */
export async function fishCompletions(scopes: readonly Scope[]): Promise<string> {
  const tools = [...new Set(scopes.map(({ tool }) => tool))];
  return [
    'set -q __vm_tools_loaded',
    'and exit',
    'set -g __vm_tools_loaded',
    '',
    await readShell('vm-tools.fish'),
    ...['vm', ...tools].map((tool) => `complete -c ${tool} -f`),
    ...verbsOf(scopes).map(
      ({ name, summary }) =>
        `complete -c vm -n __fish_use_subcommand -a ${quoted(name)} -d ${quoted(summary)}`,
    ),
    "complete -c vm -n 'not __fish_use_subcommand' -a '(__vm_tools_umbrella)'",
    ...scopes.flatMap((scope) => {
      const { tool, commands, options, words } = scope;
      const start = `complete -c ${tool}${conditionOf(scope)}`;
      return [
        ...commands.map(
          ({ name, summary }) =>
            `complete -c ${tool} -n __fish_use_subcommand -a ${quoted(name)} -d ${quoted(summary)}`,
        ),
        ...options.map((option) => `${start}${optionWords(option)}`),
        ...offers(words).map((offer) => `${start}${offer}`),
      ];
    }),
    '',
  ].join('\n');
}

/** Of a command: when it stands on the line; of a tool that has commands: when none of these does. */
function conditionOf({ command, commands }: Scope): string {
  if (command !== undefined) return ` -n ${quoted(`__fish_seen_subcommand_from ${command}`)}`;
  if (commands.length === 0) return '';
  const names = commands.map(({ name }) => name).join(' ');
  return ` -n ${quoted(`not __fish_seen_subcommand_from ${names}`)}`;
}

function optionWords({ short, long, description, value, words }: CompletedOption): string {
  const names = `${short === undefined ? '' : ` -s ${short.slice(1)}`} -l ${long.slice(2)}`;
  const taken = value === undefined ? [] : [' -r', ...(words.length === 0 ? [' -f'] : offers(words))];
  return `${names}${taken.join('')} -d ${quoted(description)}`;
}

/** Files are a switch of fish's own; all else is a list of words. */
function offers(words: readonly string[]): string[] {
  const listed = words.filter((word) => word !== '<file>').map(asFish);
  const hasFiles = words.includes('<file>');
  return [
    ...(hasFiles ? [' -F'] : words.length > 0 ? [' -f'] : []),
    ...(listed.length > 0 ? [` -a ${quoted(listed.join(' '))}`] : []),
  ];
}

function asFish(word: string): string {
  if (word === '<folder>') return '(__fish_complete_directories (commandline -ct))';
  return word.replace(
    /^(.*)<(domain|peer)>$/,
    (_, before: string, kind: string) => `(__vm_tools_${kind}s ${before})`,
  );
}

/** A word of fish, in which a backslash keeps an apostrophe. */
const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
