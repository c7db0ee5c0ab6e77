import { VmToolsError } from '@vm-tools/errors';
import { parseConfig } from '../parse-config.ts';

interface Problem {
  readonly line: number;
  readonly key?: string;
  readonly hint: string;
}

/** More edits than any file needs: what does not end by then goes round in circles. */
const MAX_EDITS = 60;

/**
 * Does to an xl.cfg what the hint of its first problem says, and so on until it is accepted: mechanically, as a user
 * does who knows nothing of Xen.
 *
 * @returns the text that is accepted, and the hints that led there
 * @throws Error when a hint says nothing that could be done, or does not lead anywhere
 */
export function followHints(text: string): { readonly text: string; readonly hints: readonly string[] } {
  const hints: string[] = [];
  let edited = text;
  for (;;) {
    const problem = firstProblem(edited);
    if (problem === undefined) return { text: edited, hints };
    if (hints.length >= MAX_EDITS) throw new Error(`the hints lead nowhere: ${hints.slice(-3).join('; ')}`);
    hints.push(problem.hint);
    edited = follow(edited, problem);
  }
}

function firstProblem(text: string): Problem | undefined {
  try {
    parseConfig(text, 'f', { folder: '/guests' });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError)) throw thrown;
    return (thrown.details['problems'] as Problem[])[0];
  }
}

/** The edits that hints know. */
function follow(text: string, { line, key, hint }: Problem): string {
  const lines = text.split('\n');
  const at = line - 1;
  const end = endOfStatement(lines, at);
  const replace = (...statement: string[]): string =>
    [...lines.slice(0, at), ...statement, ...lines.slice(end)].join('\n');
  const statement = /^(?:write|add) (\w+ = (?:"[^"]*"|\d+))/.exec(hint)?.[1];
  if (statement !== undefined && hint.startsWith('add')) return `${text}\n${statement}\n`;
  if (statement !== undefined) return replace(statement);
  const quoted = /^write (".*") in quotes/.exec(hint)?.[1];
  if (quoted !== undefined) return replace(`${key} = ${quoted}`);
  const word = /^write "([\w-]+)"/.exec(hint)?.[1];
  if (word !== undefined) return replace(`${key} = "${word}"`);
  const [, better, worse = ''] = /^write (\w+) in place of (\w+)$/.exec(hint) ?? [];
  if (better !== undefined) return replace((lines[at] ?? '').replace(worse, better));
  const meant = /^did you mean "(\w+)"\?$/.exec(hint)?.[1];
  if (meant !== undefined) return replace((lines[at] ?? '').replace(/^\s*\w+/, meant));
  if (/^leave (it|builder) out|^it was given at line \d+ already/.test(hint)) return replace();
  throw new Error(`no reader can follow the hint "${hint}"`);
}

/** The first line behind the statement that begins at this one: a list may go on over several. */
function endOfStatement(lines: readonly string[], at: number): number {
  let open = 0;
  for (let end = at; end < lines.length; end += 1) {
    for (const bracket of (lines[end] ?? '').replaceAll(/'[^']*'|"[^"]*"|#.*/g, '').match(/[[\]]/g) ?? [])
      open += bracket === '[' ? 1 : -1;
    if (open <= 0) return end + 1;
  }
  return lines.length;
}
