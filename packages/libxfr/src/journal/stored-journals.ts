import { messageOf, VmToolsError } from '@vm-tools/errors';
import { fileError } from '../file/file-error.ts';
import { SOURCE, TARGET, type StateFacts } from '../commit/table.ts';
import type { Journal, Journals, JournalStart, NextEntry } from './journals.ts';
import { decodeJournal, encodeLine, ID, recordOf } from './lines.ts';
import type { JournalEntry, TransferId, TransferRecord } from './record.ts';
import type { JournalFile, JournalStorage } from './storage.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;
const SUFFIX = '.jsonl';

export interface JournalsOptions {
  /** wall clock, ms since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Journals as lines of text, wherever these are kept. */
export function storedJournals(storage: JournalStorage, { now = Date.now }: JournalsOptions = {}): Journals {
  async function readBytes(id: TransferId): Promise<Buffer | undefined> {
    if (!ID.test(id)) return undefined;
    return storage.read(id + SUFFIX).catch((thrown: unknown) => {
      throw fileError(thrown, 'read', id + SUFFIX);
    });
  }

  async function read(id: TransferId): Promise<TransferRecord | undefined> {
    const bytes = await readBytes(id);
    return bytes && decodeJournal(id, bytes, id + SUFFIX)?.record;
  }

  async function list(): Promise<{ records: TransferRecord[]; damaged: VmToolsError[] }> {
    const ids = (await storage.names())
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .filter((id) => ID.test(id));
    const records: TransferRecord[] = [];
    const damaged: VmToolsError[] = [];
    for (const id of ids) {
      try {
        const record = await read(id);
        if (record !== undefined) records.push(record);
      } catch (thrown) {
        if (!(thrown instanceof VmToolsError)) throw thrown;
        damaged.push(thrown);
      }
    }
    return { records: records.sort((a, b) => begunAt(a) - begunAt(b)), damaged };
  }

  async function begin({ epoch: atLeast = 1, ...head }: JournalStart): Promise<Journal> {
    const { id, role, guest } = head;
    const lock = await lockGuest(storage, guest);
    try {
      const { records, damaged } = await list();
      const mine = records.filter((record) => record.guest.uuid === guest.uuid);
      const doubt = damaged.find(({ details }) => (details['uuid'] ?? guest.uuid) === guest.uuid);
      if (doubt !== undefined) throw doubt;
      const open = mine.find((record) => factsOf(record).isDecided !== true);
      if (open !== undefined) throw unresolved(open);
      const epoch = Math.max(atLeast, ...mine.map((record) => record.epoch + 1));
      const entry: JournalEntry = { state: role === 'source' ? 'offered' : 'reserved', epoch, at: now() };
      const line = encodeLine(1, entry, head);
      const file = await storage.create(id + SUFFIX, line).catch((thrown: unknown) => {
        throw (thrown as NodeJS.ErrnoException).code === 'EEXIST'
          ? exists(id)
          : fileError(thrown, 'create', id + SUFFIX);
      });
      return new StoredJournal({
        storage,
        now,
        lock,
        file,
        length: line.length,
        record: recordOf(head, [entry]),
      });
    } catch (thrown) {
      await lock[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  async function open(id: TransferId): Promise<Journal> {
    const found = await read(id);
    if (found === undefined) throw unknown(id);
    const lock = await lockGuest(storage, found.guest);
    try {
      // Whoever held the lock until now may have written more.
      const bytes = await readBytes(id);
      const decoded = bytes && decodeJournal(id, bytes, id + SUFFIX);
      if (decoded === undefined) throw unknown(id);
      const file = await storage.open(id + SUFFIX, decoded.length).catch((thrown: unknown) => {
        throw fileError(thrown, 'open', id + SUFFIX);
      });
      return new StoredJournal({ storage, now, lock, file, ...decoded });
    } catch (thrown) {
      await lock[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  async function prune({ olderThanMs = WEEK_MS } = {}): Promise<TransferId[]> {
    const { records } = await list();
    const newest = new Map(records.map(({ guest, epoch }) => [guest.uuid, epoch]));
    for (const { guest, epoch } of records) {
      newest.set(guest.uuid, Math.max(epoch, newest.get(guest.uuid) ?? 0));
    }
    const old = records.filter(
      (record) =>
        record.isEnded &&
        record.epoch < (newest.get(record.guest.uuid) ?? 0) &&
        (record.entries.at(-1)?.at ?? 0) + olderThanMs <= now(),
    );
    for (const { id } of old) await storage.remove(id + SUFFIX);
    return old.map(({ id }) => id);
  }

  return { begin, open, read, list, prune };
}

interface StoredJournalInit {
  readonly storage: JournalStorage;
  readonly now: () => number;
  readonly lock: AsyncDisposable;
  readonly file: JournalFile;
  readonly length: number;
  readonly record: TransferRecord;
}

class StoredJournal implements Journal {
  readonly #init: StoredJournalInit;
  record: TransferRecord;
  /** bytes that are known to be there for good */
  #length: number;
  #broken: VmToolsError | undefined;
  #isClosed = false;

  constructor(init: StoredJournalInit) {
    this.#init = init;
    this.record = init.record;
    this.#length = init.length;
  }

  async append(next: NextEntry): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const { file, now } = this.#init;
    const { entries } = this.record;
    const entry: JournalEntry = { ...next, at: now() };
    const line = encodeLine(entries.length + 1, entry);
    try {
      await file.append(line);
    } catch (thrown) {
      throw await this.#undo(thrown, next.state);
    }
    this.#length += line.length;
    this.record = recordOf(this.record, [...entries, entry]);
  }

  /** A line that could not be written for good must be gone for good, or else nobody knows what the journal says. */
  async #undo(thrown: unknown, state: string): Promise<VmToolsError> {
    const name = this.record.id + SUFFIX;
    const { code, kind, hint } = fileError(thrown, 'write', name);
    const told = {
      code: code === 'XFR_NO_SPACE' ? code : 'XFR_JOURNAL_IO',
      kind,
      message: `"${state}" could not be written to the journal ${name}: ${messageOf(thrown)}`,
      ...(hint === undefined ? {} : { hint }),
      cause: thrown,
    };
    try {
      await this.#init.file.truncate(this.#length);
      return new VmToolsError({ ...told, details: { state, inDoubt: false } });
    } catch {
      this.#broken = new VmToolsError({ ...told, details: { state, inDoubt: true } });
      return this.#broken;
    }
  }

  remove(): Promise<void> {
    return this.#init.storage.remove(this.record.id + SUFFIX);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#init.file.close();
    await this.#init.lock[Symbol.asyncDispose]();
  }
}

function begunAt({ entries }: TransferRecord): number {
  return entries[0]?.at ?? 0;
}

function factsOf(record: TransferRecord): StateFacts {
  return record.role === 'source' ? SOURCE.states[record.state] : TARGET.states[record.state];
}

async function lockGuest(
  storage: JournalStorage,
  { name, uuid }: TransferRecord['guest'],
): Promise<AsyncDisposable> {
  const lock = await storage.lock(uuid);
  if (lock !== undefined) return lock;
  throw new VmToolsError({
    code: 'XFR_GUEST_BUSY',
    kind: 'usage',
    message: `another process of this host is moving ${name} right now`,
    hint: 'wait until it is through',
    details: { name, uuid },
  });
}

function unresolved(record: TransferRecord): VmToolsError {
  const { id, guest, state } = record;
  return new VmToolsError({
    code: 'XFR_UNRESOLVED',
    kind: 'uncertain',
    message: `an earlier transfer of ${guest.name} has not come to its end: it is "${state}"`,
    hint: `vm-migrate resolve ${id}`,
    guest: { name: guest.name, uuid: guest.uuid, state: factsOf(record).means },
    details: { id, state },
  });
}

function exists(id: TransferId): VmToolsError {
  return new VmToolsError({
    code: 'XFR_TRANSFER_EXISTS',
    kind: 'peer',
    message: `there has been a transfer ${id} on this host already`,
    hint: 'begin a new one',
    details: { id },
  });
}

function unknown(id: TransferId): VmToolsError {
  return new VmToolsError({
    code: 'XFR_TRANSFER_UNKNOWN',
    kind: 'usage',
    message: `this host knows of no transfer ${id}`,
    hint: 'vm-migrate status lists those that it knows',
    details: { id },
  });
}
