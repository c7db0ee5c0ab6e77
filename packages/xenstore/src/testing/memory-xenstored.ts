import { duplexPair, type Duplex } from 'node:stream';
import { encodeMessage, MESSAGE_TYPE, MessageDecoder, type Message } from '../message.ts';
import { nulTerminated, splitStrings } from '../strings.ts';
import { NodeTree, TransactionView } from './node-tree.ts';
import * as tree from './tree-requests.ts';
import { Refusal, type TreeEvent } from './tree-requests.ts';

interface OpenTransaction {
  readonly view: TransactionView;
  /** by path: watches hear of each node once */
  readonly events: Map<string, TreeEvent>;
}

interface Client {
  readonly stream: Duplex;
  readonly watches: { readonly path: string; readonly token: string }[];
  readonly transactions: Map<number, OpenTransaction>;
}

const OK = nulTerminated('OK');

/**
 * A xenstored in memory. It speaks the wire protocol on any stream and answers as the C xenstored of Xen does;
 * all its clients are dom0. Domains are numbers to it: it serves no rings.
 */
export class MemoryXenstored {
  readonly #tree = new NodeTree();
  readonly #clients = new Set<Client>();
  readonly #domains = new Set([0]);
  #lastTransaction = 0;

  /** A new connection: the client's end of it. */
  connect(): Duplex {
    const [ours, theirs] = duplexPair();
    this.serve(ours);
    return theirs;
  }

  /** Serves a client on this stream until it ends. */
  serve(stream: Duplex): void {
    const client: Client = { stream, watches: [], transactions: new Map() };
    const decoder = new MessageDecoder();
    this.#clients.add(client);
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const message of decoder.push(chunk)) this.#handle(client, message);
      } catch {
        stream.destroy(); // who sends nonsense is dropped, as xenstored does
      }
    });
    stream.on('error', () => undefined);
    stream.on('end', () => stream.end());
    stream.on('close', () => this.#clients.delete(client));
  }

  /** Drops all clients, as a xenstored that dies would. */
  close(): void {
    for (const { stream } of this.#clients) stream.destroy();
  }

  #handle(client: Client, message: Message): void {
    const events: TreeEvent[] = [];
    try {
      const payload = this.#answer(client, message, events);
      client.stream.write(encodeMessage({ ...message, payload }));
      // A new watch is told at once, behind the reply: the client need not look by itself first.
      if (message.type === MESSAGE_TYPE.WATCH)
        sendEvent(client, ...(splitStrings(message.payload) as [string, string]));
    } catch (error) {
      const errno = error instanceof Refusal ? error.errno : 'EIO';
      client.stream.write(
        encodeMessage({ ...message, type: MESSAGE_TYPE.ERROR, payload: nulTerminated(errno) }),
      );
    }
    const transaction = client.transactions.get(message.transactionId);
    if (transaction === undefined) this.#fire(events);
    else for (const event of events) transaction.events.set(event.path, event);
  }

  #answer(client: Client, { type, transactionId, payload }: Message, events: TreeEvent[]): Buffer {
    const transaction = client.transactions.get(transactionId);
    if (transactionId !== 0 && transaction === undefined) throw new Refusal('ENOENT');
    const view = transaction?.view ?? this.#tree;
    const [path = '', ...more] = splitStrings(payload);
    const done = (changes: readonly TreeEvent[]): Buffer => {
      events.push(...changes);
      return OK;
    };
    switch (type) {
      case MESSAGE_TYPE.READ:
        return tree.read(view, path);
      case MESSAGE_TYPE.DIRECTORY:
        return tree.directory(view, path);
      case MESSAGE_TYPE.DIRECTORY_PART:
        return tree.directoryPart(view, path, Number(more[0]));
      case MESSAGE_TYPE.GET_PERMS:
        return tree.getPermissions(view, path);
      case MESSAGE_TYPE.SET_PERMS:
        return done(tree.setPermissions(view, path, more));
      case MESSAGE_TYPE.WRITE:
        return done(tree.write(view, path, payload.subarray(payload.indexOf(0) + 1)));
      case MESSAGE_TYPE.MKDIR:
        return done(tree.mkdir(view, path));
      case MESSAGE_TYPE.RM:
        return done(tree.rm(view, path));
      case MESSAGE_TYPE.WATCH:
        return addWatch(client, path, more[0] ?? '');
      case MESSAGE_TYPE.UNWATCH:
        return removeWatch(client, path, more[0] ?? '');
      case MESSAGE_TYPE.TRANSACTION_START:
        this.#lastTransaction += 1;
        client.transactions.set(this.#lastTransaction, {
          view: new TransactionView(this.#tree),
          events: new Map(),
        });
        return nulTerminated(this.#lastTransaction);
      case MESSAGE_TYPE.TRANSACTION_END:
        return done(endTransaction(client, transactionId, path));
      case MESSAGE_TYPE.INTRODUCE:
        this.#domains.add(Number(path));
        return done([{ path: '@introduceDomain', isExact: true }]);
      case MESSAGE_TYPE.RELEASE:
        if (!this.#domains.delete(Number(path))) throw new Refusal('ENOENT');
        return done([{ path: '@releaseDomain', isExact: true }]);
      case MESSAGE_TYPE.RESUME:
        if (!this.#domains.has(Number(path))) throw new Refusal('ENOENT');
        return OK;
      case MESSAGE_TYPE.IS_DOMAIN_INTRODUCED:
        return nulTerminated(this.#domains.has(Number(path)) ? 'T' : 'F');
      default:
        throw new Refusal('ENOSYS');
    }
  }

  #fire(events: readonly TreeEvent[]): void {
    for (const event of events) {
      for (const client of this.#clients) {
        for (const { path, token } of client.watches) {
          if (isHeard(event, path)) sendEvent(client, event.path, token);
        }
      }
    }
  }
}

function isHeard({ path, isExact }: TreeEvent, watched: string): boolean {
  if (path === watched) return true;
  return !isExact && path.startsWith(watched === '/' ? '/' : `${watched}/`);
}

function sendEvent({ stream }: Client, path: string, token: string): void {
  const payload = Buffer.concat([path, token].map(nulTerminated));
  stream.write(encodeMessage({ type: MESSAGE_TYPE.WATCH_EVENT, requestId: 0, transactionId: 0, payload }));
}

function addWatch({ watches }: Client, path: string, token: string): Buffer {
  if (!path.startsWith('@')) tree.checkPath(path);
  if (watches.some((watch) => watch.path === path && watch.token === token)) throw new Refusal('EEXIST');
  watches.push({ path, token });
  return OK;
}

function removeWatch({ watches }: Client, path: string, token: string): Buffer {
  const index = watches.findIndex((watch) => watch.path === path && watch.token === token);
  if (index < 0) throw new Refusal('ENOENT');
  watches.splice(index, 1);
  return OK;
}

function endTransaction({ transactions }: Client, id: number, answer: string): TreeEvent[] {
  const transaction = transactions.get(id);
  if (transaction === undefined) throw new Refusal('ENOENT');
  if (answer !== 'T' && answer !== 'F') throw new Refusal('EINVAL');
  transactions.delete(id);
  if (answer === 'F') return [];
  if (!transaction.view.commit()) throw new Refusal('EAGAIN');
  // What came and went within the transaction is nobody's business.
  return [...transaction.events.values()].filter(({ path }) => transaction.view.knows(path));
}
