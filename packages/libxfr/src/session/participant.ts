import { VmToolsError } from '@vm-tools/errors';
import type { OnStep, TransferStep } from '../commit/step.ts';
import type {
  GuestState,
  MessageName,
  SourceAction,
  SourceState,
  Step,
  Table,
  TargetAction,
  TargetState,
  Trigger,
} from '../commit/table.ts';
import type { Journal, JournalStart, OpenJournals } from '../journal/journals.ts';
import type { JournalledDisks, TransferRecord } from '../journal/record.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Body, Control } from '../protocol/messages.ts';
import { encodeRemoteError } from '../protocol/remote-error.ts';

type AnyState = SourceState | TargetState;

/** The part of a line of the journal that only some lines have. */
export interface LineDetails {
  /** why, where something has failed */
  readonly error?: VmToolsError;
  readonly disks?: JournalledDisks | undefined;
  /** the other end, where its host is said to have been switched off */
  readonly fenced?: string | undefined;
}

/**
 * One side of one transfer, and its conscience: it writes, does and says what the table allows in the state that its
 * journal is in, and refuses all else. Whatever is about to be relied on is in the journal first.
 */
export class Participant<State extends AnyState, Action extends string> implements AsyncDisposable {
  /** what there is of the guest here, as far as this process knows */
  guest: GuestState;
  /** counts the attempts to move this guest; goes into each line and each message */
  epoch: number;
  readonly #table: Table<State, Action>;
  readonly #journal: Journal;
  readonly #onStep: OnStep | undefined;
  /** The state of the journal: one, or two after a write that may or may not have reached the disk. */
  #states: readonly State[];
  #domid: number | undefined;

  private constructor(
    table: Table<State, Action>,
    journal: Journal,
    { guest, onStep }: { readonly guest: GuestState; readonly onStep?: OnStep | undefined },
  ) {
    this.#table = table;
    this.#journal = journal;
    this.#onStep = onStep;
    this.#states = [journal.record.state as State];
    this.guest = guest;
    this.epoch = journal.record.epoch;
  }

  /** Begins a transfer, with the first line of its journal. */
  static async begin<State extends AnyState, Action extends string>(
    table: Table<State, Action>,
    journals: OpenJournals,
    start: Omit<JournalStart, 'role'>,
    options: { readonly guest: GuestState; readonly onStep?: OnStep | undefined },
  ): Promise<Participant<State, Action>> {
    const { side } = table;
    const step = {
      side,
      kind: 'journal',
      name: side === 'source' ? 'offered' : 'reserved',
      id: start.id,
    } as const;
    await options.onStep?.({ ...step, when: 'before' });
    const journal = await journals.begin({ ...start, role: side });
    try {
      await options.onStep?.({ ...step, when: 'after' });
    } catch (thrown) {
      await journal[Symbol.asyncDispose]();
      throw thrown;
    }
    return new Participant(table, journal, options);
  }

  /** Goes on where a crash has left it. */
  static resume<State extends AnyState, Action extends string>(
    table: Table<State, Action>,
    journal: Journal,
    options: { readonly guest: GuestState; readonly onStep?: OnStep | undefined },
  ): Participant<State, Action> {
    return new Participant(table, journal, options);
  }

  get id(): string {
    return this.#journal.record.id;
  }

  get record(): TransferRecord {
    return this.#journal.record;
  }

  get state(): State {
    return this.#states.at(-1) as State;
  }

  get domid(): number | undefined {
    return this.#domid ?? this.record.guest.domid;
  }

  /** The number that the guest has got here: it goes into the journal with the next line. */
  set domid(domid: number | undefined) {
    this.#domid = domid;
  }

  /** The step to take now without a message; undefined when the other end has to be waited for. */
  get next(): Step<State, Action> | undefined {
    return this.#table.steps.find((step) => step.on === undefined && !('say' in step) && this.#isNow(step));
  }

  /** @param on what sets it off; nothing, if the table has it so */
  allows(
    wanted: { readonly write: State } | { readonly act: Action } | { readonly say: MessageName },
    on?: Trigger,
  ): boolean {
    const isWanted = (step: Step<State, Action>): boolean =>
      step.on === on &&
      Object.entries(wanted).every(([effect, value]) => (step as Record<string, unknown>)[effect] === value);
    return this.#states.every((state) => {
      if ('say' in wanted && wanted.say === this.#table.states[state].word) return true;
      return this.#table.steps.some((step) => isWanted(step) && this.#isNow(step, state));
    });
  }

  /**
   * Writes the next state to the journal; it is there for good when this resolves.
   *
   * @throws VmToolsError XFR_JOURNAL_IO, XFR_NO_SPACE; XFR_NO_STEP if the table does not allow it
   */
  async write(state: State, on?: Trigger, { error, disks, fenced }: LineDetails = {}): Promise<void> {
    if (!this.allows({ write: state }, on)) throw this.#noStep(`write ${state}`, on);
    await this.#step('journal', state, async () => {
      const before = this.state;
      try {
        await this.#journal.append({
          state,
          epoch: this.epoch,
          domid: this.#domid,
          ...(disks === undefined ? {} : { disks }),
          ...(fenced === undefined ? {} : { fenced }),
          ...(error === undefined ? {} : { error: encodeRemoteError(error, this.#table.side) }),
        });
      } catch (thrown) {
        const isInDoubt = thrown instanceof VmToolsError && thrown.details['inDoubt'] === true;
        if (isInDoubt) this.#states = [before, state];
        throw thrown;
      }
      this.#states = [state];
    });
  }

  /** Does something to the guest. When that rejects, the guest is taken to be as before. */
  async act<T>(action: Action, run: () => Promise<T>, on?: Trigger): Promise<T> {
    if (!this.allows({ act: action }, on)) throw this.#noStep(action, on);
    const leaves = this.#table.steps.find((step) => 'act' in step && step.act === action);
    return this.#step('guest', action, async () => {
      const result = await run();
      if (leaves !== undefined && 'leaves' in leaves) this.guest = leaves.leaves;
      return result;
    });
  }

  /** Says something; resolves when it is on its way. */
  async say<Name extends MessageName>(
    channel: Channel,
    name: Name,
    body: Body<Name>,
    on?: Trigger,
  ): Promise<void> {
    if (!this.allows({ say: name }, on)) throw this.#noStep(`say ${name}`, on);
    await this.#step('send', name, () => channel.send(name, body));
  }

  /** Tells the peer that this side gives up, and does not wait for it to hear that: the guest is worth more. */
  async abort(channel: Pick<Channel, 'abort'>, error: VmToolsError): Promise<void> {
    if (!this.allows({ say: 'ABORT' })) throw this.#noStep('say ABORT', undefined);
    await this.#step('send', 'ABORT', () => {
      channel.abort(error);
      return Promise.resolve();
    });
  }

  /** Waits for one of these messages. */
  async hear<Name extends MessageName>(
    channel: Channel,
    names: readonly Name[],
    options: { readonly limitMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Control<Name>> {
    const message = await channel.expect(names, options);
    await this.#tell('after', 'receive', message.name);
    return message;
  }

  /** Lets the guest go. A journal that has ended and on which neither end can have relied goes too. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { isEnded, entries } = this.record;
    const isBinding = entries.some(({ state }) => this.#table.states[state as State].isBinding === true);
    if (isEnded && !isBinding) await this.#journal.remove().catch(() => undefined); // it has ended, so it does no harm
    await this.#journal[Symbol.asyncDispose]();
  }

  async #step<T>(kind: TransferStep['kind'], name: string, run: () => Promise<T>): Promise<T> {
    await this.#tell('before', kind, name);
    const result = await run();
    await this.#tell('after', kind, name);
    return result;
  }

  async #tell(when: TransferStep['when'], kind: TransferStep['kind'], name: string): Promise<void> {
    await this.#onStep?.({ side: this.#table.side, when, kind, name, id: this.id });
  }

  #isNow(step: Step<State, Action>, state = this.state): boolean {
    return step.in === state && (step.guest ?? this.guest) === this.guest;
  }

  #noStep(what: string, on: Trigger | undefined): VmToolsError {
    return new VmToolsError({
      code: 'XFR_NO_STEP',
      message: `the ${this.#table.side} may not ${what}${on === undefined ? '' : ` on ${on}`} in state ${this.#states.join(' or ')} with a guest that is ${this.guest}`,
      hint: 'this is a defect of vm-tools: please report it',
      details: { id: this.id, states: this.#states, guest: this.guest },
    });
  }
}

export type SourceParticipant = Participant<SourceState, SourceAction>;
export type TargetParticipant = Participant<TargetState, TargetAction>;

/**
 * Takes each next step of the table, until the other end has to be waited for: on the way it writes each state down. An
 * action that rejects ends it, and the journal still says what is to be done.
 */
export async function pursue<State extends AnyState, Action extends string>(
  participant: Participant<State, Action>,
  actions: Partial<Record<Action, () => Promise<unknown>>>,
): Promise<void> {
  for (let step = participant.next; step !== undefined; step = participant.next) {
    if ('write' in step) await participant.write(step.write);
    else if ('act' in step) await participant.act(step.act, actions[step.act] ?? (() => Promise.resolve()));
  }
}
