import type { CommandSpec } from '@vm-tools/cli';

/** An executable, with all that it says about itself. */
export interface Tool {
  readonly name: string;
  readonly section: 1 | 8;
  /** what it does by itself, or only what its help says of all of it */
  readonly own: CommandSpec;
  /** whether it does something by itself, without the name of a command */
  readonly runsAlone: boolean;
  /** by their names */
  readonly commands: readonly CommandSpec[];
}

/** What only root needs, and what the host starts by itself. */
const OF_ADMINISTRATORS: readonly string[] = ['xfrd', 'vm-monitor', 'vm-doctor'];

/** The section of the manual in which a tool has its page. */
export function sectionOf(name: string): Tool['section'] {
  return OF_ADMINISTRATORS.includes(name) ? 8 : 1;
}
