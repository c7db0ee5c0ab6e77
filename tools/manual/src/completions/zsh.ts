import { readShell } from './read-shell.ts';
import type { CompletedOption, Scope } from './model.ts';
import { verbsOf } from './verbs.ts';

/** The completions for zsh: how it is done, and behind that what each tool takes. */
export async function zshCompletions(scopes: readonly Scope[]): Promise<string> {
  const tools = [...new Set(scopes.map(({ tool }) => tool))];
  return [
    `#compdef vm ${tools.join(' ')}`,
    await readShell('vm-tools.zsh'),
    '_vm_tools_commands() {',
    '  case $1 in',
    ...commandsCase({ tool: 'vm', commands: verbsOf(scopes) }),
    ...scopes.filter(({ commands }) => commands.length > 0).flatMap(commandsCase),
    '  esac',
    '}',
    '',
    '_vm_tools_arguments() {',
    '  case $1 in',
    ...scopes.flatMap(argumentsCase),
    '  esac',
    '}',
    '',
    '_vm_tools "$@"',
    '',
  ].join('\n');
}

function commandsCase({ tool, commands }: Pick<Scope, 'tool' | 'commands'>): string[] {
  return [
    `    ${quoted(tool)})`,
    '      commands_of=(',
    ...commands.map(({ name, summary }) => `        ${quoted(name)} ${quoted(summary)}`),
    '      ) ;;',
  ];
}

function argumentsCase({ tool, command = '', commands, options, words }: Scope): string[] {
  const first = commands.length === 0 ? [] : [quoted(`1:command:${action('_vm_tools_first', words)}`)];
  const others = words.length === 0 ? [] : [quoted(`*:argument:${action('_vm_tools_offer', words)}`)];
  const specs = [...options.flatMap(optionSpecs), ...first, ...others];
  return [
    `    ${quoted(`${tool} ${command}`)})`,
    '      _arguments -S \\',
    ...specs.map((spec, index) => `        ${spec}${index === specs.length - 1 ? ' ;;' : ' \\'}`),
  ];
}

/** One for each of its names; one excludes the other. */
function optionSpecs({ short, long, description, value, words }: CompletedOption): string[] {
  const names = [...(short === undefined ? [] : [short]), long];
  const isRepeatable = long === '--verbose';
  const others = isRepeatable ? '*' : `(${names.join(' ')})`;
  const told = `[${description.replaceAll(/[\\[\]]/g, '\\$&')}]`;
  return names.map((name) => {
    if (value === undefined) return quoted(`${others}${name}${told}`);
    const joint = name.startsWith('--') ? '=' : '+';
    const offered = words.length === 0 ? ' ' : action('_vm_tools_offer', words);
    return quoted(`${others}${name}${joint}${told}:${value.replaceAll(':', '\\:')}:${offered}`);
  });
}

/** What _arguments calls as it is, for it begins with a space. */
function action(name: string, words: readonly string[]): string {
  return ` ${[name, ...words.map((word) => JSON.stringify(word).replaceAll(':', '\\:'))].join(' ')}`;
}

/** A word of the shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
