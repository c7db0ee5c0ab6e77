import { LOCAL, MISHAPS, TOLD, type AnyTable, type SideName } from './model.ts';
import { mayTouch } from '../others.ts';
import { search, type Reached } from './search.ts';
import { SOURCE, TARGET, type GuestState, type StateFacts, type Step } from '../table.ts';

/** An act on a guest that is not the transfer's own, on either side. */
interface OtherAct {
  /** "user": with our tools, which ask `mayTouch`; "xl": with another toolstack, which knows nothing of us */
  readonly who: 'user' | 'xl';
  readonly does: string;
  readonly guest: GuestState;
  readonly leaves: GuestState;
}

const act = (who: OtherAct['who'], does: string, guest: GuestState, leaves: GuestState): OtherAct => ({
  who,
  does,
  guest,
  leaves,
});

/** Acts of other tools on a guest while a transfer of it is under way, or has been left by a crash. */
const OTHERS: readonly OtherAct[] = [
  act('user', 'vm-unpause', 'paused', 'running'),
  act('user', 'vm-unpause', 'suspended', 'running'),
  act('user', 'vm-pause', 'running', 'paused'),
  act('user', 'vm-destroy', 'running', 'absent'),
  act('user', 'vm-destroy', 'paused', 'absent'),
  act('user', 'vm-destroy', 'suspended', 'absent'),
  act('xl', 'xl unpause', 'paused', 'running'),
  // The end of xl save -c, of xl migrate that has failed, and of a program that calls libxl_domain_resume.
  act('xl', 'xl resume', 'suspended', 'running'),
  act('xl', 'xl destroy', 'running', 'absent'),
  act('xl', 'xl destroy', 'paused', 'absent'),
  act('xl', 'xl destroy', 'suspended', 'absent'),
];

/**
 * The same protocol on hosts where others do something to the guest, too: a user with our tools, who saves, pauses or
 * destroys it, and xl. The state in which a transfer believes its guest to be (`belief`) may differ from the real one
 * (`guest`).
 *
 * The network is simpler here than in model.ts: a message can be received from the moment it is sent, or never.
 */
export interface Others {
  readonly who: readonly OtherAct['who'][];
  /** Our tools hold the guest that they change, and ask its journal first. */
  readonly hasRule: boolean;
  /** The transfer looks at its guest again before it commits, resumes or destroys. */
  readonly confirms: boolean;
  /** on which sides they are. @default both */
  readonly at?: readonly SideName[];
}

/** Outcomes that must not happen. */
export type Evil = 'twoRunning' | 'torn' | 'killed' | 'untold';

const EVILS: Readonly<Record<Evil, (world: World) => boolean>> = {
  /** both copies run */
  twoRunning: ({ source, target }) => source.guest === 'running' && target.guest === 'running',
  /** the target runs on what its source has left behind: it ran on, or was not alone in saving */
  torn: ({ target, isStale }) => isStale && target.guest === 'running',
  /** the transfer has destroyed a copy that ran */
  killed: ({ isKilled }) => isKilled,
  /** the source says that all is well, and its copy is still there */
  untold: ({ source }) => source.journal === 'moved' && source.guest !== 'absent',
};

interface Side {
  readonly journal: string;
  readonly guest: GuestState;
  readonly belief: GuestState;
  /** it has looked, and not acted on that yet */
  readonly isSure: boolean;
  /** a user's vm-save -c is between its beginning and its end */
  readonly isSaving: boolean;
}

interface World {
  readonly source: Side;
  readonly target: Side;
  readonly said: readonly string[];
  /** what has been sent is not all that there is of the guest */
  readonly isStale: boolean;
  readonly isKilled: boolean;
}

const side = (guest: GuestState): Side => ({
  ...{ journal: 'idle', guest, belief: guest },
  ...{ isSure: false, isSaving: false },
});
const START: World = {
  ...{ source: side('running'), target: side('absent') },
  ...{ said: [], isStale: false, isKilled: false },
};

/** The shortest way to an evil; undefined when none leads there. */
export function wayTo(evil: Evil, others: Others): readonly string[] | undefined {
  return explore(others, EVILS[evil]).pathTo(EVILS[evil]);
}

/** All of it: to which evils there is a way, and from how many states the journals cannot come to an end. */
export function exploreOthers(others: Others): {
  readonly states: number;
  readonly evils: readonly Evil[];
  readonly stuck: number;
} {
  const reached = explore(others);
  const isOver = (table: AnyTable, { journal }: Side): boolean =>
    journal === 'idle' || table.states[journal]?.isEnded === true;
  return {
    states: reached.nodes.size,
    evils: (Object.keys(EVILS) as Evil[]).filter((evil) => reached.count(EVILS[evil]) > 0),
    stuck: reached.stuck((world) => isOver(SOURCE, world.source) && isOver(TARGET, world.target)),
  };
}

function explore(others: Others, isEnough?: (world: World) => boolean): Reached<World> {
  const target: AnyTable = { ...TARGET, steps: [...TARGET.steps, ...MISHAPS] };
  const { who, hasRule, at = ['source', 'target'] } = others;
  return search(
    START,
    function* (world) {
      for (const table of [SOURCE as AnyTable, target]) {
        // A tool that holds a guest keeps the transfer out, too.
        if (!hasRule || !world[table.side].isSaving) yield* steps(table, world, others);
        yield* restart(table, world);
        if (at.includes(table.side)) for (const one of who) yield* acts(one, table, world, others);
      }
    },
    key,
    isEnough,
  );
}

function* steps(table: AnyTable, world: World, { confirms }: Others): Generator<[string, World]> {
  const name = table.side;
  const now = world[name];
  for (const step of table.steps) {
    if (step.in !== now.journal || (step.guest ?? now.belief) !== now.belief) continue;
    if (!isTriggered(step, name, world)) continue;
    const told = `${name}: ${step.on === undefined ? '' : `${step.on} → `}`;
    if (confirms && countsOnGuest(step) && !now.isSure) {
      yield [`${name}: confirm`, change(world, name, confirmed(now))];
      continue;
    }
    const after = { ...now, isSure: false };
    if ('write' in step)
      yield [`${told}${step.write}`, change(world, name, { ...after, journal: step.write })];
    else if ('say' in step) yield [`${told}say ${step.say}`, say(world, name, step.say)];
    else yield [`${told}${step.act}`, done(step.act, step.leaves, after, change(world, name, after), name)];
  }
  const word = table.states[now.journal]?.word;
  if (now.journal !== 'idle' && word !== undefined && TOLD.includes(word))
    yield [`${name}: say ${word}`, say(world, name, word)];
}

/** COMMITTED, and whatever is done to a guest that was suspended by the transfer. */
function countsOnGuest(step: Step<string, string>): boolean {
  if ('write' in step) return step.write === 'committed';
  return 'act' in step && (step.act === 'resume' || step.act === 'destroy');
}

/** A guest that is not what it was left as is gone for this transfer: it goes on as if it had done its part. */
function confirmed(now: Side): Side {
  return now.guest === now.belief ? { ...now, isSure: true } : { ...now, belief: now.guest };
}

/** An act on a guest that is not there, or not in the expected state, changes nothing. */
function done(act: string, leaves: GuestState, now: Side, world: World, name: SideName): World {
  const takes = act === 'destroy' || act === 'abandon' || now.guest === now.belief;
  const after = change(world, name, { ...now, belief: leaves, guest: takes ? leaves : now.guest });
  const isKilled = world.isKilled || (act === 'destroy' && now.guest === 'running');
  return { ...after, isKilled, isStale: act === 'save' ? now.isSaving : world.isStale };
}

/**
 * A process that begins anew writes first what the table has for that, and then sees what there is; of a guest that is
 * there on the source it believes what its journal says.
 */
function* restart(table: AnyTable, world: World): Generator<[string, World]> {
  const name = table.side;
  const now = world[name];
  if (now.journal === 'idle') return;
  const belief = name === 'target' || now.guest === 'absent' ? now.guest : 'suspended';
  const first = table.steps.find((step) => step.in === now.journal && step.on === 'restart');
  const journal = first !== undefined && 'write' in first ? first.write : now.journal;
  yield [`${name}: restart`, change(world, name, { ...now, journal, belief, isSure: false })];
}

function* acts(
  who: OtherAct['who'],
  table: AnyTable,
  world: World,
  { hasRule }: Others,
): Generator<[string, World]> {
  const name = table.side;
  const now = world[name];
  const facts = table.states[now.journal] as StateFacts;
  if (hasRule && !mayTouch(who, facts)) return;
  const to = (does: string, more: Partial<Side>): [string, World] => {
    const after = { ...now, ...more };
    // With no transfer under way a new one takes the guest for what it is.
    const belief = now.journal === 'idle' ? after.guest : after.belief;
    const isStale =
      world.isStale || (name === 'source' && now.guest === 'suspended' && after.guest === 'running');
    return [`${name}: ${does}`, { ...change(world, name, { ...after, belief }), isStale }];
  };
  if (who === 'user') {
    if (now.guest === 'running' && !now.isSaving)
      yield to('vm-save -c', { guest: 'suspended', isSaving: true });
    if (now.isSaving) {
      yield to('vm-save -c ends', {
        guest: now.guest === 'suspended' ? 'running' : now.guest,
        isSaving: false,
      });
      yield to('kill -9 of vm-save', { isSaving: false });
    }
    if (hasRule && now.isSaving) return; // it holds the guest
  }
  for (const other of OTHERS) {
    if (other.who === who && other.guest === now.guest) yield to(other.does, { guest: other.leaves });
  }
}

function isTriggered({ on }: Step<string, string>, name: SideName, { said }: World): boolean {
  if (on === 'restart') return false; // see above
  if (on === undefined || LOCAL.has(on)) return true;
  return said.includes(`${name === 'source' ? 'target' : 'source'} ${on}`);
}

function say(world: World, name: SideName, message: string): World {
  return { ...world, said: [...new Set([...world.said, `${name} ${message}`])].sort() };
}

function change(world: World, name: SideName, to: Side): World {
  return { ...world, [name]: to };
}

function key({ source, target, said, isStale, isKilled }: World): string {
  const of = (one: Side): string =>
    `${one.journal} ${one.guest} ${one.belief} ${Number(one.isSure)}${Number(one.isSaving)}`;
  return `${of(source)}|${of(target)}|${Number(isStale)}${Number(isKilled)}|${said.join()}`;
}
