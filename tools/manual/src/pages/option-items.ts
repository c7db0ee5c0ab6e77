import type { ArgumentSpec, OptionSpec } from '@vm-tools/cli';
import { parseArgument } from '../description/argument.ts';
import { parseFlags } from '../description/flags.ts';
import { argument } from '../mdoc/escape.ts';
import { asSentence, sentences, tagList } from '../mdoc/lines.ts';

/** A list of options, each with what it does, what it may be and what it is when it is left out. */
export function optionList(options: readonly OptionSpec[]): string[] {
  return tagList(options.map((option) => ({ term: term(option), lines: explain(option) })));
}

function term({ flags }: OptionSpec): string {
  const { short, long, value, isOptional } = parseFlags(flags);
  const names = [...(short === undefined ? [] : [`Fl ${argument(short.slice(1))} ,`]), fl(long)];
  return `${names.join(' ')}${value === undefined ? '' : valueOf(value, isOptional)}`;
}

const fl = (long: string): string => `Fl ${argument(long.slice(1))}`;

const valueOf = (value: string, isOptional: boolean): string =>
  isOptional ? ` Op Ar ${argument(value)}` : ` Ar ${argument(value)}`;

function explain({ description, mandatory = false, choices = [], default: usual }: OptionSpec): string[] {
  return [
    ...sentences(asSentence(description)),
    ...(mandatory ? ['It must be given.'] : []),
    ...(choices.length === 0 ? [] : ['One of', ...listed(choices)]),
    ...(usual === undefined ? [] : ['Default:', `.Ql ${argument(String(usual))} .`]),
  ];
}

/** "a", "b" or "c", each as it is typed. */
function listed(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const behind = index === words.length - 1 ? ' .' : index < words.length - 2 ? ' ,' : '';
    return [...(index > 0 && index === words.length - 1 ? ['or'] : []), `.Cm ${argument(word)}${behind}`];
  });
}

/** A list of arguments. */
export function argumentList(specs: readonly ArgumentSpec[]): string[] {
  return tagList(
    specs.map(({ name, description }) => ({
      term: `Ar ${argument(parseArgument(name).name)}${parseArgument(name).isRepeated ? ' ...' : ''}`,
      lines: sentences(asSentence(description)),
    })),
  );
}

/** The options and arguments of a command line, one macro a line. */
export function usageLines(options: readonly OptionSpec[], words: readonly ArgumentSpec[]): string[] {
  return [
    ...options.map(({ flags, mandatory = false }) => {
      const { short, long, value, isOptional } = parseFlags(flags);
      const flag = short === undefined ? fl(long) : `Fl ${argument(short.slice(1))}`;
      const whole = `${flag}${value === undefined ? '' : valueOf(value, isOptional)}`;
      return mandatory ? `.${whole}` : `.Op ${whole}`;
    }),
    ...words.map((word) => {
      const { name, isOptional, isRepeated } = parseArgument(word.name);
      const whole = `Ar ${argument(name)}${isRepeated ? ' ...' : ''}`;
      return isOptional ? `.Op ${whole}` : `.${whole}`;
    }),
  ];
}
