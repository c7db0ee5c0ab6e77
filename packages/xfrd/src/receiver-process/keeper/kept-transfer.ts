import type { CheckedImage, DomainTarget } from '@vm-tools/libdomain';
import type { Offer } from '@vm-tools/libxfr';
import type { Journal, TargetRecord } from '@vm-tools/libxfr/journals';
import { targetMayAct, targetMayWrite, type TargetAction } from '@vm-tools/libxfr/receiver';
import type { VmToolsError } from '@vm-tools/errors';
import { notNow } from '../errors.ts';
import type { CallArgs } from '../messages.ts';

/**
 * One transfer to this host, as its owner keeps it: the journal, and the guest that is made of what comes. The receiver
 * says what is to be done next, and the table of the commit protocol whether that can be.
 */
export class KeptTransfer {
  readonly #journal: Journal;
  readonly #makeTarget: (who?: string) => DomainTarget;
  #target: DomainTarget | undefined;
  /** what goes on now; one thing at a time */
  #doing: Promise<unknown> | undefined;
  #restoring: AbortController | undefined;
  readonly #done = new Set<TargetAction>();

  constructor(journal: Journal, makeTarget: (who?: string) => DomainTarget) {
    this.#journal = journal;
    this.#makeTarget = makeTarget;
  }

  get record(): TargetRecord {
    return this.#journal.record as TargetRecord;
  }

  async append({ state, epoch, error }: CallArgs<'append'>['entry']): Promise<TargetRecord> {
    const { state: before } = this.record;
    if (!targetMayWrite(before, state)) throw notNow(`write "${state}"`, `the journal says "${before}"`);
    // Which number the guest has, and what it has opened, is not for the receiver to say.
    const { domid, opened } = this.#target ?? {};
    const isOpen = state === 'ready' && opened !== undefined;
    const entry = {
      state,
      epoch,
      ...(domid === undefined ? {} : { domid }),
      ...(isOpen ? { disks: { are: 'opened', ...opened } as const } : {}),
      ...(error === undefined ? {} : { error }),
    };
    await this.#alone(`write "${state}"`, () => this.#journal.append(entry));
    return this.record;
  }

  /** @param who the peer that has sent it, where that was authorised */
  async reserve(offer: Offer, who?: string): Promise<void> {
    if (offer.name !== this.record.guest.name) throw notNow('reserve', 'the journal is of another guest');
    return this.#once('reserve', () => {
      this.#target = this.#makeTarget(who);
      return this.#target.reserve(offer);
    });
  }

  expect(configJson: string): ReturnType<DomainTarget['expect']> {
    return this.#reserved('expect').expect(configJson);
  }

  restore(image: CheckedImage): Promise<Pick<DomainTarget, 'domid' | 'warnings'>> {
    return this.#once('restore', async () => {
      const target = this.#reserved('restore');
      const { signal } = (this.#restoring = new AbortController());
      try {
        await target.restoreChecked(image, { signal, transferId: this.record.id });
      } finally {
        this.#restoring = undefined;
      }
      const { domid, warnings } = target;
      return { domid, warnings };
    });
  }

  /** Ends a restore under way; it undoes what it has done. */
  abort(error: VmToolsError): void {
    this.#restoring?.abort(error);
  }

  start(): Promise<{ domid: number }> {
    return this.#once('start', () => this.#reserved('start').start());
  }

  abandon(): Promise<void> {
    return this.#act('abandon', async () => this.#target?.abandon());
  }

  remove(): Promise<void> {
    return this.#alone('remove a journal', async () => {
      const { state, isEnded } = this.record;
      if (!isEnded) throw notNow('remove a journal', `it says "${state}"`);
      await this.#journal.remove();
    });
  }

  close(): Promise<void> {
    return this.#alone('close a journal', () => this.#letGo());
  }

  /**
   * Gives it up when no receiver is left to go on with it, and nothing of it is under way: a guest that had not become
   * this host's is fenced first, and then removed. All else is left to the recovery after crashes, for this is one.
   */
  async lose(cause: VmToolsError): Promise<void> {
    try {
      const { state, epoch } = this.record;
      if (!targetMayWrite(state, 'fenced') || state === 'failing') return;
      const { code, message } = cause;
      await this.#journal.append({ state: 'fenced', epoch, error: { code, kind: 'failure', message } });
      await this.#target?.abandon();
    } finally {
      await this.#letGo();
    }
  }

  /** From now on recovery may go on with it. */
  async #letGo(): Promise<void> {
    await this.#target?.release();
    await this.#journal[Symbol.asyncDispose]();
  }

  #reserved(what: string): DomainTarget {
    if (this.#target !== undefined) return this.#target;
    throw notNow(what, 'nothing has been reserved');
  }

  async #once<T>(action: TargetAction, run: () => Promise<T>): Promise<T> {
    if (this.#done.has(action)) throw notNow(action, 'it has done so before');
    return this.#act(action, () => {
      this.#done.add(action);
      return run();
    });
  }

  async #act<T>(action: TargetAction, run: () => Promise<T>): Promise<T> {
    const { state } = this.record;
    if (!targetMayAct(state, action)) throw notNow(action, `the journal says "${state}"`);
    return this.#alone(action, run);
  }

  async #alone<T>(what: string, run: () => Promise<T>): Promise<T> {
    if (this.#doing !== undefined) throw notNow(what, 'something else of the same transfer is under way');
    const doing = run();
    this.#doing = doing;
    try {
      return await doing;
    } finally {
      this.#doing = undefined;
    }
  }
}
