import type { CommandSpec, OptionSpec } from '../spec.ts';

/** The forms in which a list is printed. */
export const FORMS = ['table', 'wide', 'json', 'name'] as const;

/** A form in which a list is printed. */
export type Form = (typeof FORMS)[number];

/** `--output` of a command that prints a list; its value comes as `output`, for `listText`. */
export const FORM: OptionSpec = {
  flags: '-o, --output <form>',
  description: 'as a table, one with more columns, as --json does it, or the names alone, one a line',
  choices: FORMS,
  default: 'table',
  conflicts: ['json'],
};

/** The input of a command that has it. */
export interface FormInput {
  /** @default 'table' */
  readonly output?: Form;
}

/** Whether `--output`, of which this is the value in a line that has been read, asks for JSON. */
export function isJsonForm(spec: CommandSpec, value: unknown): boolean {
  return value === 'json' && takesForm(spec);
}

/** Whether JSON is asked for, in a line that cannot be read: a program is told so in JSON. */
export function seemsToWantJson(specs: readonly CommandSpec[], words: readonly string[]): boolean {
  if (words.includes('--json')) return true;
  return specs.some(takesForm) && / (?:-o ?|--output[ =])json /.test(` ${words.join(' ')} `);
}

function takesForm({ options = [] }: CommandSpec): boolean {
  return options.some(({ flags }) => flags === FORM.flags);
}
