import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Duplex, Writable } from 'node:stream';
import { abortError, VmToolsError, within } from '@vm-tools/errors';
import type { DomainTarget } from '@vm-tools/libdomain';
import type { Connection, Journal, ListenEvent, Offer, OpenJournals, Reconnect } from '@vm-tools/libxfr';
import type { Peer } from '@vm-tools/trust';
import { Channel } from '@vm-tools/xen-wire/channel';
import { decodeError, encodeError } from '@vm-tools/xen-wire/errors';
import * as z from 'zod';
import { notNow, receiverLost } from './errors.ts';
import { KeptTransfer } from './kept-transfer.ts';
import {
  CALLS,
  LONGEST_LINE_BYTES,
  MOST_CALLS,
  receiverMessage,
  type CallArgs,
  type CallName,
  type KeeperMessage,
  type ReceiverMessage,
} from './messages.ts';
import { pump } from './pump.ts';

/** On the same machine: at once, or never. */
const WORD_MS = 10_000;
/** To another host, with all that it takes to know each other: whoever makes the connection is through before. */
const DIAL_MS = 60_000;
/** More guests at once than anybody has places for are a mistake, or worse. */
const MOST_TRANSFERS = 1024;

/** What a host has that a receiver may make use of. */
export interface HostSide {
  readonly journals: OpenJournals;
  readonly makeTarget: () => DomainTarget;
  /** undefined where whoever reaches the socket may send */
  readonly trust: HostTrust | undefined;
  readonly onEvent: (event: ListenEvent) => void;
}

export interface HostTrust {
  /** Nobody may send without it. Through a unix socket those may who can open it, and need nothing else. */
  readonly isAsked: 'always' | 'of peers that have a name';
  readonly listPeers: () => Promise<readonly Peer[]>;
  readonly authorise: (who: string, offer: Offer) => Promise<Disposable>;
}

export interface Began {
  readonly addresses: readonly string[];
  /** the first that is a port */
  readonly port: number | undefined;
}

/** A restore for whose bytes the receiver has to be called. */
interface Feeding {
  readonly expecting: PromiseWithResolvers<undefined>;
  /** the receiver's last word about it */
  readonly word: PromiseWithResolvers<'fed' | 'unfed'>;
  readonly transfer: KeptTransfer;
}

/**
 * Serves one receiver. Nothing that it says is believed, and nothing of it can make this fail: a wrong word gets an
 * error, and what is no word at all ends the connection.
 */
export class Keeper {
  readonly #host: HostSide;
  readonly #channel: Channel;
  /** where the receiver takes the calls that fetch the bytes of an image */
  readonly #feedPath: string;
  readonly #began = Promise.withResolvers<Began>();
  readonly #ended = Promise.withResolvers<VmToolsError | undefined>();
  /** by the UUID of the guest: there is one transfer of each */
  readonly #transfers = new Map<string, KeptTransfer>();
  readonly #grants = new Map<number, { readonly offer: Offer; readonly place: Disposable }>();
  readonly #feeding = new Map<number, Feeding>();
  readonly #calls = new Set<Promise<void>>();
  readonly #dialling = new Map<number, PromiseWithResolvers<Omit<Connection, 'stream'>>>();
  #grantCount = 0;
  #dialCount = 0;

  constructor(connection: Duplex, feedPath: string, host: HostSide) {
    this.#host = host;
    this.#feedPath = feedPath;
    this.#began.promise.catch(() => undefined);
    this.#channel = new Channel(connection, {
      sendBytes: LONGEST_LINE_BYTES,
      receiveBytes: LONGEST_LINE_BYTES,
    });
    this.#channel.open(
      (message) => this.#receive(parse(receiverMessage, message, 'a message')),
      (cause) => void this.#lose(cause),
    );
  }

  /** Resolves when the receiver listens. */
  get began(): Promise<Began> {
    return this.#began.promise;
  }

  /** Resolves when the connection has ended and nothing of the receiver's goes on; with what was wrong, if anything. */
  get ended(): Promise<VmToolsError | undefined> {
    return this.#ended.promise;
  }

  /** guests that are being received */
  get active(): number {
    return this.#transfers.size;
  }

  send(message: KeeperMessage): void {
    this.#channel.send(message);
  }

  /** Reaches a peer through the receiver, who sees to TLS: what comes here is frames from one that is known. */
  dial: Reconnect = async ({ role, peer }, signal) => {
    const id = (this.#dialCount += 1);
    const token = randomBytes(32).toString('hex');
    const dialled = Promise.withResolvers<Omit<Connection, 'stream'>>();
    dialled.promise.catch(() => undefined);
    this.#dialling.set(id, dialled);
    try {
      this.send({ type: 'dial', id, token, role, peer });
      const late = { code: 'XFRD_RECEIVER_LOST', message: `the receiver does not reach ${peer}` };
      const facts = await within(dialled.promise, DIAL_MS, late, signal);
      const stream = connect({ path: this.#feedPath, allowHalfOpen: true });
      stream.on('error', () => undefined).write(token); // whoever reads hears of it
      return { ...facts, stream };
    } finally {
      this.#dialling.delete(id);
    }
  };

  #receive(message: ReceiverMessage): void {
    switch (message.type) {
      case 'ready':
        this.#began.resolve({ addresses: message.addresses, port: message.port });
        break;
      case 'unable':
        this.#began.reject(decodeError(message.error));
        break;
      case 'call': {
        if (this.#calls.size >= MOST_CALLS) throw notNow(message.call, 'it has asked for too much already');
        const call = this.#call(message).finally(() => this.#calls.delete(call));
        this.#calls.add(call);
        break;
      }
      case 'expecting':
        this.#feeding.get(message.id)?.expecting.resolve(undefined);
        break;
      case 'fed':
      case 'unfed':
        this.#feeding.get(message.id)?.word.resolve(message.type);
        break;
      case 'abort':
        this.#feeding.get(message.id)?.transfer.abort(decodeError(message.error));
        break;
      case 'dialled': {
        const { type: _, id, ...facts } = message;
        this.#dialling.get(id)?.resolve(facts);
        break;
      }
      case 'undialled':
        this.#dialling.get(message.id)?.reject(decodeError(message.error));
        break;
      case 'event':
        this.#host.onEvent(asListenEvent(message.event));
    }
  }

  async #call({ id, call, args }: Extract<ReceiverMessage, { type: 'call' }>): Promise<void> {
    try {
      this.#reply({ type: 'done', id, result: await this.#run(id, call, args) });
    } catch (thrown) {
      this.#reply({ type: 'failed', id, error: encodeError(thrown) });
    }
  }

  /** What is too long to be answered is a failure, too. */
  #reply(message: KeeperMessage & { readonly id: number }): void {
    try {
      this.send(message);
    } catch (thrown) {
      this.send({ type: 'failed', id: message.id, error: encodeError(thrown) });
    }
  }

  async #run(id: number, name: CallName, raw: unknown): Promise<unknown> {
    const args = <Name extends CallName>(call: Name): CallArgs<Name> =>
      parse(CALLS[call] as unknown as z.ZodType<CallArgs<Name>>, raw, `the call ${call}`);
    const { journals, makeTarget, trust } = this.#host;
    switch (name) {
      case 'peers':
        return trust?.listPeers() ?? [];
      case 'authorise':
        return this.#authorise(args(name));
      case 'leave':
        this.#leave(args(name));
        return undefined;
      case 'begin':
        return this.#begin(args(name));
      case 'open':
        return this.#open(args(name));
      case 'read':
        return journals.read(args(name).id);
      case 'append': {
        const { id: transfer, entry } = args(name);
        return this.#byId(transfer).append(entry);
      }
      case 'remove':
        return this.#byId(args(name).id).remove();
      case 'close':
        return this.#close(args(name));
      case 'check':
        return makeTarget().check(args(name).offer);
      case 'reserve': {
        const { offer } = args(name);
        if (trust?.isAsked === 'always') this.#checkGrant(offer);
        return this.#byGuest(offer.uuid).reserve(offer);
      }
      case 'expect': {
        const { uuid, configJson } = args(name);
        return this.#byGuest(uuid).expect(configJson);
      }
      case 'restore':
        return this.#restore(id, args(name));
      case 'start':
        return this.#byGuest(args(name).uuid).start();
      case 'abandon':
        return this.#byGuest(args(name).uuid).abandon();
    }
  }

  async #authorise({ who, offer }: CallArgs<'authorise'>): Promise<{ grant: number }> {
    const { trust } = this.#host;
    if (trust === undefined) throw notNow('authorise', 'nobody has to be authorised here');
    const place = await trust.authorise(who, offer);
    const grant = (this.#grantCount += 1);
    this.#grants.set(grant, { offer, place });
    return { grant };
  }

  #leave({ grant }: CallArgs<'leave'>): void {
    this.#grants.get(grant)?.place[Symbol.dispose]();
    this.#grants.delete(grant);
  }

  /** What is reserved has to be what was authorised. */
  #checkGrant({ name, uuid, memoryBytes, maxMemoryBytes }: Offer): void {
    const isGranted = [...this.#grants.values()].some(
      ({ offer }) =>
        offer.name === name &&
        offer.uuid === uuid &&
        offer.memoryBytes >= memoryBytes &&
        offer.maxMemoryBytes >= maxMemoryBytes,
    );
    if (!isGranted) throw notNow('reserve', 'that was not authorised');
  }

  async #begin({ start }: CallArgs<'begin'>): Promise<unknown> {
    return this.#keep(await this.#host.journals.begin(start));
  }

  async #open({ id }: CallArgs<'open'>): Promise<unknown> {
    const record = await this.#host.journals.read(id);
    if (record !== undefined && record.role !== 'target')
      throw notNow('open a journal', 'it is not of a target');
    return this.#keep(await this.#host.journals.open(id));
  }

  async #keep(journal: Journal): Promise<unknown> {
    const { uuid } = journal.record.guest;
    if (this.#transfers.size >= MOST_TRANSFERS) {
      await journal[Symbol.asyncDispose]();
      throw notNow('begin', 'it has begun too many');
    }
    this.#transfers.set(uuid.toLowerCase(), new KeptTransfer(journal, this.#host.makeTarget));
    return journal.record;
  }

  async #close({ id }: CallArgs<'close'>): Promise<void> {
    const transfer = this.#byId(id);
    await transfer.close();
    this.#transfers.delete(transfer.record.guest.uuid.toLowerCase());
  }

  async #restore(id: number, { uuid, configJson }: CallArgs<'restore'>): Promise<unknown> {
    const transfer = this.#byGuest(uuid);
    if (this.#feeding.has(id)) throw notNow('restore', 'the number of the call is taken');
    const feed = async (sink: Writable, signal: AbortSignal): Promise<void> => {
      const feeding = {
        expecting: Promise.withResolvers<undefined>(),
        word: Promise.withResolvers<'fed' | 'unfed'>(),
        transfer,
      };
      this.#feeding.set(id, feeding);
      const stop = (): void => {
        const aborted = abortError(signal, 'receiving an image');
        feeding.expecting.reject(aborted);
        feeding.word.reject(aborted);
      };
      for (const { promise } of [feeding.expecting, feeding.word]) promise.catch(() => undefined);
      signal.addEventListener('abort', stop, { once: true });
      try {
        if (signal.aborted) stop();
        const [piped] = await Promise.allSettled([this.#pipe(id, feeding, sink, signal)]);
        // The connection may have ended before the word came which says why.
        const late = {
          code: 'XFRD_RECEIVER_LOST',
          message: 'the receiver does not say whether the image was whole',
        };
        await within(feeding.word.promise, WORD_MS, late);
        if (piped.status === 'rejected') throw piped.reason;
      } finally {
        signal.removeEventListener('abort', stop);
        this.#feeding.delete(id);
      }
    };
    return transfer.restore({ configJson, feed });
  }

  /** The bytes go by, and nobody looks at them here. */
  async #pipe(id: number, { expecting }: Feeding, sink: Writable, signal: AbortSignal): Promise<void> {
    const token = randomBytes(32).toString('hex');
    const late = { code: 'XFRD_RECEIVER_LOST', message: 'the receiver does not take a call for an image' };
    this.send({ type: 'feed', id, token });
    await within(expecting.promise, WORD_MS, late, signal);
    await pump(this.#feedPath, token, sink, signal);
  }

  #byGuest(uuid: string): KeptTransfer {
    const transfer = this.#transfers.get(uuid.toLowerCase());
    if (transfer === undefined) throw notNow('go on with a transfer', 'there is none of this guest');
    return transfer;
  }

  #byId(id: string): KeptTransfer {
    for (const transfer of this.#transfers.values()) if (transfer.record.id === id) return transfer;
    throw notNow('go on with a transfer', 'there is none of this id');
  }

  /** The receiver is gone. What it was receiving is given up before another one can ask for it again. */
  async #lose(cause: unknown): Promise<void> {
    const isBroken = cause instanceof VmToolsError;
    const error = isBroken
      ? receiverLost(`said what it must not: ${cause.message}`, cause)
      : receiverLost('is gone', cause);
    this.#began.reject(error);
    for (const { reject } of this.#dialling.values()) reject(error);
    for (const transfer of this.#transfers.values()) transfer.abort(error);
    await Promise.allSettled(this.#calls);
    await Promise.allSettled([...this.#transfers.values()].map((transfer) => transfer.lose(error)));
    for (const { place } of this.#grants.values()) place[Symbol.dispose]();
    this.#transfers.clear();
    this.#grants.clear();
    this.#ended.resolve(isBroken ? error : undefined);
  }
}

/** @throws VmToolsError XFRD_RECEIVER_REFUSED */
function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw notNow(`say ${what}`, `${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** What has been looked at is as it should be; the rest is only shown. */
function asListenEvent(event: Extract<ReceiverMessage, { type: 'event' }>['event']): ListenEvent {
  if (event.type === 'failed' || event.type === 'accept-failed')
    return { ...event, error: decodeError(event.error) };
  return event as unknown as ListenEvent;
}
