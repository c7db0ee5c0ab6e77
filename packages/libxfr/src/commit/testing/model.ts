import { search } from './search.ts';
import { SOURCE, TARGET, type GuestState, type Step, type Table, type Word } from '../table.ts';

/**
 * Explores every state that the two tables can reach together, step by step, over a network that loses, duplicates
 * and reorders whatever it carries. Nothing but journals, guests and messages on their way is part of a state, so a
 * controller may be killed between any two steps and be restarted: it knows no more than this anyway. All that may
 * happen locally (failures, aborts, leases that expire, starts that fail) may happen whenever the table lets it.
 *
 * Not modelled: a host that loses its memory, which loses its guest anyway; a journal that is lost; and an operator who
 * says which side owns the guest. Acts of other tools on the guest are in model-others.ts.
 */
export interface ModelReport {
  readonly states: number;
  /** the shortest way to a state in which both copies run; undefined when there is none */
  readonly twoRunning: readonly string[] | undefined;
  /** states in which the guest is nowhere */
  readonly lost: number;
  /** states from which no end can be reached: one copy runs, nothing of the other is there, both journals ended */
  readonly stuck: number;
}

export interface Side {
  readonly journal: string;
  readonly guest: GuestState;
}

interface World {
  readonly source: Side;
  readonly target: Side;
  /** "source GO": a side and its message; a set, because a message that is there may be received any number of times */
  readonly network: readonly string[];
}

export type AnyTable = Table<string, string>;
export type SideName = AnyTable['side'];

export const LOCAL = new Set(['failure', 'restart', 'lease expired', 'start failed', 'a day passed']);
export const TOLD: readonly Word[] = ['RUNNING', 'FENCED'];
const START: World = {
  source: { journal: 'idle', guest: 'running' },
  target: { journal: 'idle', guest: 'absent' },
  network: [],
};

/** Steps that are in no table because neither side takes them: a start that was reported to have failed has worked. */
export const MISHAPS: readonly Step<string, string>[] = [
  { in: 'failing', guest: 'paused', act: 'start', leaves: 'running' },
];

export function explore(source: AnyTable = SOURCE, correct: AnyTable = TARGET): ModelReport {
  const target = { ...correct, steps: [...correct.steps, ...MISHAPS] };
  const reached = search(
    START,
    (world) => [...moves(source, world), ...moves(target, world), ...losses(world)],
    key,
  );
  return {
    states: reached.nodes.size,
    twoRunning: reached.pathTo((world) => [world.source, world.target].every(isRunning)),
    lost: reached.count((world) => world.source.guest === 'absent' && !isAlive(world.target)),
    stuck: reached.stuck((world) => isEnd(source, target, world)),
  };
}

const isRunning = ({ guest }: Side): boolean => guest === 'running';
const isAlive = ({ guest }: Side): boolean => guest === 'running' || guest === 'paused';

/** The steps that one side can take now. */
function* moves(table: AnyTable, world: World): Generator<[string, World]> {
  const { side } = table;
  const { journal, guest } = world[side];
  const with_ = (change: Partial<Side>): World => ({ ...world, [side]: { ...world[side], ...change } });
  const said = (message: string): World => ({
    ...world,
    network: [...new Set([...world.network, `${side} ${message}`])].sort(),
  });
  for (const step of table.steps) {
    if (step.in !== journal || (step.guest ?? guest) !== guest || !isTriggered(step, side, world)) continue;
    const why = step.on === undefined ? '' : `${step.on} → `;
    if ('write' in step) yield [`${side}: ${why}${step.write}`, with_({ journal: step.write })];
    else if ('act' in step) yield [`${side}: ${why}${step.act}`, with_({ guest: step.leaves })];
    else yield [`${side}: ${why}say ${step.say}`, said(step.say)];
  }
  const word = table.states[journal]?.word;
  if (journal !== 'idle' && word !== undefined && TOLD.includes(word)) {
    yield [`${side}: say ${word}`, said(word)];
  }
}

function isTriggered({ on }: Step<string, string>, side: SideName, { network }: World): boolean {
  if (on === undefined || LOCAL.has(on)) return true;
  return network.includes(`${side === 'source' ? 'target' : 'source'} ${on}`);
}

function* losses(world: World): Generator<[string, World]> {
  for (const message of world.network) {
    yield [`lose ${message}`, { ...world, network: world.network.filter((other) => other !== message) }];
  }
}

function isEnd(sourceTable: AnyTable, targetTable: AnyTable, { source, target }: World): boolean {
  const isOver = ({ states }: AnyTable, { journal }: Side): boolean =>
    journal === 'idle' || states[journal]?.isEnded === true;
  const running = [source, target].filter(isRunning).length;
  const absent = [source, target].filter(({ guest }) => guest === 'absent').length;
  return running === 1 && absent === 1 && isOver(sourceTable, source) && isOver(targetTable, target);
}

function key({ source, target, network }: World): string {
  return [source.journal, source.guest, target.journal, target.guest, ...network].join('|');
}
