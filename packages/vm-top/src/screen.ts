import type { Messages } from '@vm-tools/cli';
import type { Rows } from './rows.ts';

/** The part of a terminal that a screen needs. */
export interface Terminal {
  readonly rows?: number;
}

/** For a terminal that does not know its size, which it calls 0. */
const DEFAULT_ROWS = 24;
const ESC = '\u001b[';
/** A screen of its own, so that what was there before comes back; no cursor; lines that are too long are cut. */
export const OPEN_SCREEN = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
export const CLOSE_SCREEN = `${ESC}?7h${ESC}?25h${ESC}?1049l`;

/**
 * Draws a look over the one before, in one piece: each line is written over and its rest cleared, so nothing flickers.
 */
export function draw(
  { summary, heading, domains }: Rows,
  colours: Messages['colours'],
  terminal: Terminal,
): string {
  const room = Math.max(0, (terminal.rows || DEFAULT_ROWS) - 3);
  const shown = domains.length <= room ? domains : cut(domains, room);
  const lines = [summary, '', colours.inverse(heading), ...shown];
  return `${ESC}H${lines.map((line) => `${line}${ESC}K`).join('\r\n')}${ESC}J`;
}

/** So many lines, the last of which says how many domains there are besides. */
function cut(domains: readonly string[], room: number): readonly string[] {
  if (room === 0) return [];
  const left = domains.slice(0, room - 1);
  return [...left, `… and ${domains.length - left.length} more`];
}
