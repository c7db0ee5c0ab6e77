import { shown, shownJson } from '@vm-tools/words';
import type { Messages } from './messages.ts';

type Facts = Readonly<Record<string, unknown>>;

/** The log of a daemon: one line for each event, on stderr. */
export interface Log {
  info(text: string, facts?: Facts): void;
  warn(text: string, facts?: Facts): void;
  error(text: string, facts?: Facts): void;
}

/** syslog's numbers, which journald reads from the start of a line (sd-daemon.h). */
const LEVELS = { info: 6, warn: 4, error: 3 } as const;

/**
 * Lines that are safe to read, whatever peers have put into their words: journald gets its level prefix and keeps the
 * time itself, a program gets NDJSON (--json), and a file gets the time in front.
 */
export function createLog(
  { stream, json }: Pick<Messages, 'stream' | 'json'>,
  environment: NodeJS.ProcessEnv = process.env,
  now: () => Date = () => new Date(),
): Log {
  const toJournal = environment['JOURNAL_STREAM'] !== undefined;
  const line = (level: keyof typeof LEVELS, text: string, facts: Facts = {}): void => {
    if (json) {
      stream.write(
        `${shownJson({ type: 'log', at: now().toISOString(), level, message: text, ...facts })}\n`,
      );
      return;
    }
    const start = toJournal ? `<${LEVELS[level]}>` : `${now().toISOString()} ${level} `;
    const known = Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}=${quoteIfNeeded(value)}`);
    stream.write(`${start}${shown(text)}${known.join('')}\n`);
  };
  return {
    info: (text, facts) => line('info', text, facts),
    warn: (text, facts) => line('warn', text, facts),
    error: (text, facts) => line('error', text, facts),
  };
}

function quoteIfNeeded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w.:/@%+-]+$/.test(text) ? text : shownJson(text);
}
