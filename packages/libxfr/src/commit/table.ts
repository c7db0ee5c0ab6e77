import type { FrameName } from '../protocol/frame.ts';

/**
 * The commit protocol, as data. The code asks these tables before each step and each journal write (participant.ts), the
 * model check explores them (model.ts), and the diagram is drawn from them (diagram.ts): there is no second
 * description of the protocol that could drift from this one.
 *
 * A state is what the last line of a journal says, so it outlives the process. The guest is what the hypervisor says.
 * Everything else, what was heard or tried, may be forgotten at any moment.
 */

/** The guest as it is on one side. "partial": something of it may be there, and it cannot run yet. */
export type GuestState = 'absent' | 'partial' | 'paused' | 'running' | 'suspended';

/** A frame with a meaning for the protocol; DATA and PING have none. */
export type MessageName = Exclude<FrameName, 'DATA' | 'ZEROS' | 'PING'>;

/**
 * The answer of one side about a transfer, at any time and as often as it is asked: RUNNING, the guest is the target's;
 * FENCED, it will never run at the target; PENDING, that is not known here yet; UNKNOWN, there is no journal.
 */
export type Word = 'RUNNING' | 'FENCED' | 'PENDING' | 'UNKNOWN';

/** An event on one side without the other: the controller fails or is told to stop, is restarted, waits too long. */
export type LocalEvent =
  | 'failure'
  | 'restart'
  | 'lease expired'
  | 'start failed'
  | 'a day passed'
  | 'owner here'
  | 'owner there'
  | 'target was fenced';

export type Trigger = MessageName | LocalEvent;

/** The states that the last line in a journal of a source may have; "idle" stands for no line. */
export type SourceState = 'idle' | 'offered' | 'committed' | 'confirmed' | 'aborted' | 'moved' | 'kept';
/** The actions of a source on its guest. */
export type SourceAction = 'save' | 'resume' | 'destroy';

/** The states that the last line in a journal of a target may have; "idle" stands for no line. */
export type TargetState =
  'idle' | 'reserved' | 'ready' | 'owner' | 'failing' | 'fenced' | 'running' | 'settled' | 'cleared';
/** The actions of a target on its guest. */
export type TargetAction = 'reserve' | 'restore' | 'start' | 'abandon';

export interface StateFacts {
  /** for the reader of `vm-migrate status`, and of the diagram */
  readonly means: string;
  readonly word: Exclude<Word, 'UNKNOWN'>;
  /** nothing more is to be done */
  readonly isEnded?: true;
  /** The other side may act on this one's having come here: the journal has to be there when it asks. */
  readonly isBinding?: true;
  /** It is settled where the guest is: another transfer of it may begin. */
  readonly isDecided?: true;
}

/**
 * One thing that may be done in one state, and nothing else may: write the next state to the journal, do something to
 * the guest, or say something. A step without `on` is taken as soon as it can be; `guest` left out means any.
 */
export type Step<State extends string, Action extends string> = {
  readonly in: State;
  readonly guest?: GuestState;
  readonly on?: Trigger;
} & (
  | { readonly write: State }
  | { readonly act: Action; readonly leaves: GuestState }
  | { readonly say: MessageName }
);

export interface Table<State extends string, Action extends string> {
  readonly side: 'source' | 'target';
  readonly states: Readonly<Record<State, StateFacts>>;
  readonly steps: readonly Step<State, Action>[];
}

/** Until `committed` the source's journal decides; afterwards it only asks. */
export const SOURCE: Table<SourceState, SourceAction> = {
  side: 'source',
  states: {
    idle: { means: 'no transfer', word: 'FENCED', isDecided: true },
    offered: { means: 'runs here, or is suspended here to be sent', word: 'PENDING' },
    committed: {
      means: 'is suspended here; only the target says whether it runs there',
      word: 'PENDING',
      isBinding: true,
    },
    confirmed: { means: 'runs at the target; the copy here goes', word: 'RUNNING', isBinding: true },
    aborted: { means: 'is taken back here', word: 'FENCED' },
    moved: { means: 'runs at the target', word: 'RUNNING', isEnded: true, isDecided: true },
    kept: { means: 'stayed here', word: 'FENCED', isEnded: true, isDecided: true },
  },
  steps: [
    { in: 'idle', guest: 'running', write: 'offered' },
    { in: 'offered', guest: 'running', say: 'HELLO' },
    { in: 'offered', guest: 'running', on: 'ACCEPT', act: 'save', leaves: 'suspended' },
    { in: 'offered', guest: 'suspended', say: 'EOS' },
    { in: 'offered', guest: 'suspended', on: 'READY', write: 'committed' },
    { in: 'offered', on: 'REJECT', write: 'aborted' },
    { in: 'offered', on: 'ABORT', write: 'aborted' },
    { in: 'offered', on: 'FENCED', write: 'aborted' },
    { in: 'offered', on: 'failure', write: 'aborted' },
    { in: 'offered', on: 'restart', write: 'aborted' },
    // When not even the abort can be written, or may have been: no reader of either line will ever commit.
    { in: 'offered', guest: 'suspended', on: 'failure', act: 'resume', leaves: 'running' },
    { in: 'offered', on: 'failure', say: 'ABORT' },

    { in: 'committed', say: 'GO' },
    { in: 'committed', on: 'RUNNING', write: 'confirmed' },
    { in: 'committed', on: 'FENCED', write: 'aborted' },
    { in: 'committed', on: 'owner here', write: 'aborted' },
    { in: 'committed', on: 'owner there', write: 'confirmed' },

    { in: 'confirmed', say: 'BYE' },
    { in: 'confirmed', guest: 'suspended', act: 'destroy', leaves: 'absent' },
    { in: 'confirmed', guest: 'absent', write: 'moved' },

    { in: 'aborted', say: 'ABORT' },
    { in: 'aborted', guest: 'suspended', act: 'resume', leaves: 'running' },
    { in: 'aborted', guest: 'suspended', on: 'failure', act: 'resume', leaves: 'running' },
    // It may have run there until its host was switched off, and its disks may be newer than its memory here.
    { in: 'aborted', guest: 'suspended', on: 'target was fenced', act: 'destroy', leaves: 'absent' },
    { in: 'aborted', guest: 'running', write: 'kept' },
    // The host was restarted meanwhile, or an operator has destroyed it: there is nothing to resume.
    { in: 'aborted', guest: 'absent', write: 'kept' },

    { in: 'moved', say: 'BYE' },
  ],
};

/** After the source's `committed`, one line here decides, `owner` or `fenced`, and it is written before it is said. */
export const TARGET: Table<TargetState, TargetAction> = {
  side: 'target',
  states: {
    idle: { means: 'no transfer', word: 'FENCED', isDecided: true },
    reserved: { means: 'is being received', word: 'PENDING' },
    ready: { means: 'is here, paused, and waits for GO', word: 'PENDING', isBinding: true },
    owner: { means: 'is started here', word: 'PENDING', isBinding: true },
    // It may have run, or still run, whatever the start says: FENCED would be a lie until it is gone.
    failing: { means: 'could not be started here and is removed', word: 'PENDING' },
    fenced: { means: 'never runs here; what there is of it goes', word: 'FENCED' },
    running: { means: 'runs here; the source has not said that it knows', word: 'RUNNING', isDecided: true },
    settled: { means: 'runs here', word: 'RUNNING', isEnded: true, isDecided: true },
    cleared: { means: 'never ran here', word: 'FENCED', isEnded: true, isDecided: true },
  },
  steps: [
    { in: 'idle', on: 'HELLO', write: 'reserved' },
    { in: 'reserved', guest: 'absent', act: 'reserve', leaves: 'partial' },
    { in: 'reserved', guest: 'partial', say: 'ACCEPT' },
    { in: 'reserved', guest: 'partial', on: 'EOS', act: 'restore', leaves: 'paused' },
    { in: 'reserved', guest: 'paused', write: 'ready' },
    { in: 'reserved', on: 'ABORT', write: 'fenced' },
    { in: 'reserved', on: 'failure', write: 'fenced' },
    { in: 'reserved', on: 'restart', write: 'fenced' },
    // When not even that can be written: no reader of "reserved" will ever start it.
    { in: 'reserved', on: 'failure', act: 'abandon', leaves: 'absent' },

    { in: 'ready', guest: 'paused', say: 'READY' },
    { in: 'ready', guest: 'paused', on: 'GO', write: 'owner' },
    { in: 'ready', on: 'ABORT', write: 'fenced' },
    { in: 'ready', on: 'lease expired', write: 'fenced' },
    { in: 'ready', on: 'failure', write: 'fenced' },
    { in: 'ready', on: 'restart', write: 'fenced' },

    { in: 'owner', guest: 'running', write: 'running' },
    { in: 'owner', guest: 'paused', act: 'start', leaves: 'running' },
    // Also when that cannot be written down: the hypervisor says it, too.
    { in: 'owner', guest: 'running', say: 'RUNNING' },
    { in: 'owner', guest: 'paused', on: 'start failed', write: 'failing' },
    { in: 'owner', guest: 'absent', say: 'STATUS' },
    // After a restart of the host it is unknown here whether the guest had run. The source may know, or the operator.
    { in: 'owner', guest: 'absent', on: 'RUNNING', write: 'running' },
    { in: 'owner', guest: 'absent', on: 'FENCED', write: 'failing' },
    { in: 'owner', guest: 'absent', on: 'owner here', write: 'running' },
    { in: 'owner', guest: 'absent', on: 'owner there', write: 'failing' },

    { in: 'failing', guest: 'absent', write: 'fenced' },
    { in: 'failing', act: 'abandon', leaves: 'absent' },

    { in: 'fenced', say: 'REJECT' },
    { in: 'fenced', say: 'ABORT' },
    { in: 'fenced', guest: 'absent', write: 'cleared' },
    { in: 'fenced', act: 'abandon', leaves: 'absent' },

    { in: 'running', on: 'BYE', write: 'settled' },
    { in: 'running', on: 'a day passed', write: 'settled' },
  ],
};
