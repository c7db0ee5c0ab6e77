/** The process that is killed, or the link that is cut, while one process stands still at one line of its journal. */
export type Victim = 'sender' | 'xfrd' | 'link' | 'source helper' | 'target helper';

export interface Cell {
  readonly victim: Victim;
  /** the side whose journal it is, or progress */
  readonly side: 'source' | 'target';
  readonly when: 'before' | 'after';
  /** what the journal says, or for a helper the phase of the transfer: it lives in that alone */
  readonly state: string;
}

/** The lines that a transfer writes when all goes well. */
const LINES = {
  source: ['offered', 'committed', 'confirmed', 'moved'],
  target: ['reserved', 'ready', 'owner', 'running', 'settled'],
} as const;
const VICTIMS: readonly Victim[] = ['sender', 'xfrd', 'link'];

const HELPERS: readonly Cell[] = (['source helper', 'target helper'] as const).map((victim) => ({
  victim,
  side: 'source',
  when: 'after',
  state: 'precopy',
}));

const DEATHS = VICTIMS.flatMap((victim) =>
  (['source', 'target'] as const).flatMap((side) =>
    LINES[side].flatMap((state) =>
      (['before', 'after'] as const).map((when) => ({ victim, side, when, state })),
    ),
  ),
);

/** The death of each process at every line, before and after it is written, and that of processes without a journal. */
export const ALL_CELLS: readonly Cell[] = [...DEATHS, ...HELPERS];

export function cellName({ victim, side, when, state }: Cell): string {
  if (victim.endsWith('helper')) return `${victim} dies in ${state}`;
  return `${victim} ${victim === 'link' ? 'is cut' : 'dies'} ${when} the ${side} writes "${state}"`;
}

/** Those in which most can go wrong: behind the two lines that decide where the guest lives. */
const TELLING = [
  'sender dies after the source writes "committed"',
  'xfrd dies after the target writes "owner"',
];

/** VM_TOOLS_KILLS=all runs them all, a minute each. */
export const CELLS: readonly Cell[] =
  process.env['VM_TOOLS_KILLS'] === 'all'
    ? ALL_CELLS
    : ALL_CELLS.filter((cell) => TELLING.includes(cellName(cell)));
