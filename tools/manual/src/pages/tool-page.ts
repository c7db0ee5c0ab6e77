import { commonOptions } from '@vm-tools/cli/description';
import type { CommandSpec, ExampleSpec } from '@vm-tools/cli';
import type { Tool } from '../description/tool.ts';
import { argument } from '../mdoc/escape.ts';
import { asSentence, displayed, paragraphs, section, sentences, tagList } from '../mdoc/lines.ts';
import { makePage, seeAlso, type Edition, type Page, type Reference } from '../mdoc/page.ts';
import { environmentSection } from './environment.ts';
import { exitStatusSection } from './exit-status.ts';
import { filesSection } from './files.ts';
import { argumentList, optionList, usageLines } from './option-items.ts';

/**
 * The page of a tool, with its commands.
 *
 * @param neighbours the pages to which it points
 */
export function toolPage(tool: Tool, edition: Edition, neighbours: readonly Reference[]): Page {
  const { name, own, commands, section: number } = tool;
  return makePage({ name, section: number, about: own.summary }, edition, [
    ...section('SYNOPSIS', synopsis(tool)),
    ...section('DESCRIPTION', description(tool)),
    ...section('COMMANDS', commands.flatMap(commandLines)),
    ...section('OPTIONS', options(tool)),
    ...environmentSection(),
    ...filesSection(name),
    ...exitStatusSection(),
    ...section('EXAMPLES', examples(tool)),
    ...seeAlso(neighbours),
  ]);
}

function synopsis({ own, commands, runsAlone }: Tool): string[] {
  return [
    ...(runsAlone ? ['.Nm', ...usageLines(own.options ?? [], own.arguments ?? [])] : []),
    ...commands.flatMap((command) => [
      '.Nm',
      `.Cm ${argument(command.name)}`,
      ...usageLines(command.options ?? [], command.arguments ?? []),
    ]),
  ];
}

function description({ own, commands }: Tool): string[] {
  return [
    '.Nm',
    ...sentences(`${own.summary}.`),
    ...(commands.length === 0 ? [] : ['Its commands are below.']),
    ...spaced(argumentList(own.arguments ?? [])),
    ...spaced(noteLines(own)),
  ];
}

/** A command: how it is called, what it does, what it takes. */
function commandLines(command: CommandSpec): string[] {
  const { name, summary, arguments: words = [], options: own = [] } = command;
  return [
    `.Ss ${argument(name)}`,
    ...sentences(asSentence(summary)),
    ...spaced(argumentList(words)),
    ...spaced(optionList(own)),
    ...spaced(noteLines(command)),
  ];
}

function options({ own, commands }: Tool): string[] {
  const isOfCommands = (own.options ?? []).length === 0 && commands.length > 0;
  return [
    ...optionList(own.options ?? []),
    '.Ss Common options',
    ...(isOfCommands ? ['All commands have these options, too.'] : []),
    ...spaced(optionList(commonOptions(own))),
  ];
}

/** Each line of a note is a paragraph, unless one is indented: then they are shown as they are. */
function noteLines({ notes = [] }: CommandSpec): string[] {
  return notes.flatMap((note, index) => {
    const isLaidOut = /\n /.test(note);
    const between = index === 0 || isLaidOut ? [] : ['.Pp'];
    return [...between, ...(isLaidOut ? displayed(note) : paragraphs(note.split('\n')))];
  });
}

/** Those of the tool, and behind them those of its commands that are not among them. */
function examples({ own, commands }: Tool): string[] {
  const all = [own, ...commands].flatMap((each) => each.examples);
  const known = new Map<string, ExampleSpec>();
  for (const example of all) if (!known.has(example.command)) known.set(example.command, example);
  return tagList(
    [...known.values()].map(({ command, effect }) => ({
      term: `Ic ${argument(command)}`,
      lines: sentences(asEffect(effect, command)),
    })),
  );
}

/** A sentence; where it begins with a name of the command line, as in "b can no longer send", that stays as it is. */
function asEffect(effect: string, command: string): string {
  const [first = ''] = effect.split(' ');
  return command.split(' ').slice(2).includes(first) ? `${effect}.` : asSentence(effect);
}

const spaced = (lines: readonly string[]): string[] =>
  lines.length === 0 || /^\.B[dl]/.test(lines[0] ?? '') ? [...lines] : ['.Pp', ...lines];
