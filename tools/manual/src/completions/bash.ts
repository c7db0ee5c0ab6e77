import { readShell } from './read-shell.ts';
import type { CompletedOption, Scope } from './model.ts';
import { verbsOf } from './verbs.ts';

/** The completions for bash: how it is done, and behind that what each tool takes. */
export async function bashCompletions(scopes: readonly Scope[]): Promise<string> {
  const tools = [...new Set(scopes.map(({ tool }) => tool))];
  return [
    await readShell('vm-tools.bash'),
    '# What may stand behind the name of a tool, or of a command.',
    '_vm_tools_describe() {',
    '  commands= options= words=',
    '  case $1 in',
    ...scopes.map((scope) => `    ${quoted(nameOf(scope))}) ${assignments(scope)} ;;`),
    '  esac',
    '}',
    '',
    '# What the value of an option may be; fails for one that takes none.',
    '_vm_tools_value() {',
    '  values=',
    '  case "$1 $2" in',
    ...scopes.flatMap((scope) => scope.options.filter(hasValue).map((option) => valueCase(scope, option))),
    '    *) return 1 ;;',
    '  esac',
    '}',
    '',
    `_vm_tools_verbs=${quoted(
      verbsOf(scopes)
        .map(({ name }) => name)
        .join(' '),
    )}`,
    `complete -F _vm_tools ${tools.join(' ')}`,
    'complete -F _vm_tools_umbrella vm',
    '',
  ].join('\n');
}

const nameOf = ({ tool, command }: Scope): string => (command === undefined ? tool : `${tool} ${command}`);

const hasValue = ({ value }: CompletedOption): boolean => value !== undefined;

function assignments({ commands, options, words }: Scope): string {
  const values = {
    commands: commands.map(({ name }) => name),
    options: options.flatMap(namesOf),
    words,
  };
  return Object.entries(values)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => `${name}=${quoted(list.join(' '))}`)
    .join(' ');
}

const namesOf = ({ short, long }: CompletedOption): string[] => [
  ...(short === undefined ? [] : [short]),
  long,
];

function valueCase(scope: Scope, option: CompletedOption): string {
  const patterns = namesOf(option).map((name) => quoted(`${nameOf(scope)} ${name}`));
  const values = option.words.length === 0 ? '' : `values=${quoted(option.words.join(' '))} `;
  return `    ${patterns.join(' | ')}) ${values};;`;
}

/** A word of the shell; there is no apostrophe in what is given here. */
const quoted = (text: string): string => `'${text}'`;
