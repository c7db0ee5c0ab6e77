import { messageOf, VmToolsError } from '@vm-tools/errors';
import { fileError } from '../disk/file-error.ts';
import { nextEpoch } from './epochs.ts';
import { forgettable } from './forgettable.ts';
import { fitError } from './format/fit-error.ts';
import { decodeJournal, encodeLine, recordOf } from './format/lines.ts';
import { formatJournalName, parseJournalName, type JournalName } from './format/name.ts';
import type { Journal, Journals, JournalStart, NextEntry } from './journals.ts';
import { knownTransfer } from './known-transfer.ts';
import type { JournalEntry, TransferId, TransferRecord } from './record.ts';
import { standing } from './standing.ts';
import type { JournalFile, JournalStorage } from './storage/storage.ts';
import { unresolved } from './unresolved.ts';

/** The settings of journals besides the place where they are kept. */
export interface JournalsOptions {
  /** wall clock, ms since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

interface Listed {
  readonly records: readonly TransferRecord[];
  readonly damaged: readonly VmToolsError[];
}

/** A file that is a journal. */
interface NamedFile extends JournalName {
  readonly file: string;
}

/** Journals as lines of text, wherever these are kept. */
export function storedJournals(storage: JournalStorage, { now = Date.now }: JournalsOptions = {}): Journals {
  /** Of a file that is there. Of one that cannot be read at least the guest is known. */
  async function readNamed(named: NamedFile): Promise<ReturnType<typeof decodeJournal>> {
    const { file, uuid } = named;
    const bytes = await storage.read(file).catch((thrown: unknown) => {
      const error = fileError(thrown, 'read', file);
      throw uuid === undefined ? error : error.with({ details: { uuid } });
    });
    return bytes && decodeJournal(named, bytes, file);
  }

  async function files(): Promise<NamedFile[]> {
    return (await storage.names()).flatMap((file) => {
      const name = parseJournalName(file);
      return name === undefined ? [] : [{ ...name, file }];
    });
  }

  async function find(id: TransferId): Promise<NamedFile | undefined> {
    return (await files()).find((named) => named.id === id);
  }

  async function read(id: TransferId): Promise<TransferRecord | undefined> {
    const found = await find(id);
    return found && (await readNamed(found))?.record;
  }

  const list = async (): Promise<Listed> => readAll(await files());

  async function listOf(uuid: string): Promise<Listed> {
    const guest = uuid.toLowerCase();
    const { records, damaged } = await readAll(
      (await files()).filter((named) => (named.uuid ?? guest) === guest),
    );
    return {
      records: records.filter((record) => record.guest.uuid === guest),
      damaged: damaged.filter(({ details }) => (details['uuid'] ?? guest) === guest),
    };
  }

  async function readAll(those: readonly NamedFile[]): Promise<Listed> {
    const records: TransferRecord[] = [];
    const damaged: VmToolsError[] = [];
    for (const named of those) {
      try {
        const record = (await readNamed(named))?.record;
        if (record !== undefined) records.push(record);
      } catch (thrown) {
        if (!(thrown instanceof VmToolsError)) throw thrown;
        damaged.push(thrown);
      }
    }
    return { records: records.sort((a, b) => begunAt(a) - begunAt(b)), damaged };
  }

  async function begin({ epoch: atLeast = 1, ...start }: JournalStart): Promise<Journal> {
    const { id, role } = start;
    // It is compared with others, and goes into a name: the same guest must not be two for its spelling.
    const guest = { ...start.guest, uuid: start.guest.uuid.toLowerCase() };
    const head = { ...start, guest };
    const lock = await lockGuest(storage, guest);
    try {
      const { records, open: before } = await standing({ listOf }, guest.uuid);
      if (before !== undefined) throw unresolved(knownTransfer(before));
      await remove(forgettable(records, { now: now() }));
      const epoch = Math.max(atLeast, nextEpoch(records));
      const entry: JournalEntry = { state: role === 'source' ? 'offered' : 'reserved', epoch, at: now() };
      const line = encodeLine(1, entry, head);
      const name = formatJournalName({ id, uuid: guest.uuid });
      const file = await createOnce(id, name, line);
      const record = recordOf(head, [entry]);
      return new StoredJournal({ storage, now, lock, file, name, length: line.length, record });
    } catch (thrown) {
      await lock[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Two peers may come with one id at the same moment, and for different guests. */
  async function createOnce(id: TransferId, name: string, line: Buffer): Promise<JournalFile> {
    await using lock = await storage.lock(id);
    if (lock === undefined || (await find(id)) !== undefined) throw exists(id);
    return await storage.create(name, line).catch((thrown: unknown) => {
      throw fileError(thrown, 'create', name);
    });
  }

  async function open(id: TransferId): Promise<Journal> {
    const found = await find(id);
    const before = found && (await readNamed(found));
    if (found === undefined || before === undefined) throw unknown(id);
    const { file: name } = found;
    const lock = await lockGuest(storage, before.record.guest);
    try {
      // The process that held the lock until now may have written more.
      const decoded = await readNamed(found);
      if (decoded === undefined) throw unknown(id);
      const file = await storage.open(name, decoded.length).catch((thrown: unknown) => {
        throw fileError(thrown, 'open', name);
      });
      return new StoredJournal({ storage, now, lock, file, name, ...decoded });
    } catch (thrown) {
      await lock[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  async function prune({ olderThanMs }: { readonly olderThanMs?: number } = {}): Promise<
    readonly TransferId[]
  > {
    const { records } = await list();
    return remove(forgettable(records, { now: now(), olderThanMs }));
  }

  async function remove(ids: readonly TransferId[]): Promise<readonly TransferId[]> {
    if (ids.length === 0) return ids;
    const gone = new Set(ids);
    for (const { id, file } of await files()) if (gone.has(id)) await storage.remove(file);
    return ids;
  }

  const hostId = async (options?: { readonly isMade?: boolean }): Promise<string | undefined> =>
    storage.hostId?.(options).catch(() => undefined); // then a host may call itself, and something else stops it

  return { begin, open, read, list, listOf, prune, hostId };
}

interface StoredJournalInit {
  readonly storage: JournalStorage;
  readonly now: () => number;
  readonly lock: AsyncDisposable;
  readonly file: JournalFile;
  /** of the file */
  readonly name: string;
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
    const { error } = next;
    const entry: JournalEntry = { ...next, at: now(), ...(error && { error: fitError(error) }) };
    const line = encodeLine(entries.length + 1, entry);
    try {
      await file.append(line);
    } catch (thrown) {
      throw await this.#undo(thrown, next.state);
    }
    this.#length += line.length;
    this.record = recordOf(this.record, [...entries, entry]);
  }

  /** A line that could not be written for good must be gone for good, or else it is unknown what the journal says. */
  async #undo(thrown: unknown, state: string): Promise<VmToolsError> {
    const { name } = this.#init;
    const { code, kind, hint } = fileError(thrown, 'write', name);
    const told = {
      code: code === 'XFR_NO_SPACE' ? code : 'XFR_JOURNAL_IO',
      kind,
      message: `"${state}" could not be written to the journal ${name}: ${messageOf(thrown)}`,
      hint,
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
    return this.#init.storage.remove(this.#init.name);
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

async function lockGuest(
  storage: JournalStorage,
  { name, uuid }: TransferRecord['guest'],
): Promise<AsyncDisposable> {
  const lock = await storage.lock(uuid);
  if (lock !== undefined) return lock;
  const holder = await storage.holder?.(uuid);
  throw new VmToolsError({
    code: 'XFR_GUEST_BUSY',
    kind: 'usage',
    retry: 'safe',
    message: `another process of this host is moving ${name} right now${holder === undefined ? '' : `: ${holder}`}`,
    hint: 'wait until it is through',
    details: { name, uuid },
  });
}

function exists(id: TransferId): VmToolsError {
  return new VmToolsError({
    code: 'XFR_TRANSFER_EXISTS',
    kind: 'peer',
    retry: 'safe',
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
    hint: 'list the known ones with vm-migrate status',
    details: { id },
  });
}
