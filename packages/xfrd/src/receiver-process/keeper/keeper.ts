import type { Duplex } from 'node:stream';
import { VmToolsError } from '@vm-tools/errors';
import type { DomainTarget } from '@vm-tools/libdomain';
import type { ListenEvent, Reconnect } from '@vm-tools/libxfr';
import type { Journal, OpenJournals } from '@vm-tools/libxfr/journals';
import { decodeError } from '@vm-tools/ipc';
import { Channel, ServedCalls } from '@vm-tools/ipc/calls';
import * as z from 'zod';
import { brokenLine, notNow, receiverLost } from '../errors.ts';
import {
  CALLS,
  LONGEST_LINE_BYTES,
  MOST_CALLS,
  receiverMessage,
  type CallArgs,
  type CallName,
  type KeeperMessage,
  type ReceiverMessage,
} from '../messages.ts';
import type { GuestPlace, WantedGuest } from '@vm-tools/libxfr/types';
import { acceptedPeer } from './accepted-peer.ts';
import { Dials } from './dials.ts';
import { Grants, type HostTrust } from './grants.ts';
import { ImageFeeds } from './image-feeds.ts';
import { KeptTransfer } from './kept-transfer.ts';

/** More guests at once than a host has places for are a mistake, or worse. */
const MOST_TRANSFERS = 1024;

/** The parts of a host that a receiver may use. */
export interface HostSide {
  readonly journals: OpenJournals;
  /** for a guest from a peer of that name, where it has proved one */
  readonly makeTarget: (who?: string) => DomainTarget;
  /** what this host knows of a guest */
  readonly where: (wanted: WantedGuest) => Promise<readonly GuestPlace[]>;
  /** undefined where every caller of the socket may send */
  readonly trust: HostTrust | undefined;
  /** the unix sockets at which it listens, as addresses. @default none */
  readonly sockets?: readonly string[] | undefined;
  readonly onEvent: (event: ListenEvent) => void;
}

export interface Began {
  readonly addresses: readonly string[];
  /** the first that is a port */
  readonly port: number | undefined;
}

/**
 * Serves one receiver. Nothing that it says is believed, and nothing of it can make this fail: a wrong word gets an
 * error, and what is no word at all ends the connection.
 */
export class Keeper {
  readonly #host: HostSide;
  readonly #channel: Channel;
  readonly #began = Promise.withResolvers<Began>();
  readonly #ended = Promise.withResolvers<VmToolsError | undefined>();
  /** by the UUID of the guest: there is one transfer of each */
  readonly #transfers = new Map<string, KeptTransfer>();
  readonly #grants: Grants;
  readonly #feeds: ImageFeeds;
  readonly #dials: Dials;
  readonly #calls = new ServedCalls((answer) => this.send(answer));

  /** The answer to each call, once its arguments have been checked. */
  readonly #answers: { readonly [Name in CallName]: (args: CallArgs<Name>, id: number) => unknown } = {
    peers: () => this.#host.trust?.listPeers() ?? [],
    authorise: (args) => this.#grants.authorise(args),
    leave: (args) => this.#grants.leave(args),
    begin: (args) => this.#begin(args),
    open: (args) => this.#open(args),
    read: ({ id }) => this.#host.journals.read(id),
    append: ({ id, entry }) => this.#byId(id).append(entry),
    remove: ({ id }) => this.#byId(id).remove(),
    close: (args) => this.#close(args),
    check: ({ offer, who }) => this.#host.makeTarget(who).check(offer),
    where: ({ wanted }) => this.#host.where(wanted),
    free: ({ offer, who }) => this.#host.makeTarget(who).requireFree(offer),
    reserve: ({ offer }) => {
      const who = this.#grants.check(offer);
      return this.#byGuest(offer.uuid).reserve(offer, who);
    },
    expect: ({ uuid, configJson }) => this.#byGuest(uuid).expect(configJson),
    restore: (args, id) => this.#restore(id, args),
    start: ({ uuid }) => this.#byGuest(uuid).start(),
    abandon: ({ uuid }) => this.#byGuest(uuid).abandon(),
  };

  /** @param feedPath of the socket where the receiver takes calls: for the bytes of images, and for peers */
  constructor(connection: Duplex, feedPath: string, host: HostSide) {
    this.#host = host;
    const send = (message: KeeperMessage): void => this.send(message);
    this.#grants = new Grants(host.trust);
    this.#feeds = new ImageFeeds(feedPath, send);
    this.#dials = new Dials(feedPath, send);
    this.#began.promise.catch(() => undefined);
    this.#channel = new Channel(connection, {
      sendBytes: LONGEST_LINE_BYTES,
      receiveBytes: LONGEST_LINE_BYTES,
      broken: brokenLine,
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

  /** Reaches a peer through the receiver. */
  get dial(): Reconnect {
    return this.#dials.dial;
  }

  #receive(message: ReceiverMessage): void {
    switch (message.type) {
      case 'ready':
        this.#began.resolve({ addresses: message.addresses, port: message.port });
        break;
      case 'unable':
        this.#began.reject(decodeError(message.error));
        break;
      case 'call': {
        const { id, call, args } = message;
        if (this.#calls.size >= MOST_CALLS) throw notNow(call, 'it has asked for too much already');
        const isNew = this.#calls.start(id, () => this.#run(id, call, args));
        if (!isNew) throw notNow(call, 'the number of the call is taken');
        break;
      }
      case 'expecting':
        this.#feeds.expect(message.id);
        break;
      case 'fed':
      case 'unfed':
        this.#feeds.end(message.id, message.type);
        break;
      case 'abort':
        this.#feeds.abort(message.id, decodeError(message.error));
        break;
      case 'dialled': {
        const { type: _, id, ...facts } = message;
        this.#dials.reached(id, facts);
        break;
      }
      case 'undialled':
        this.#dials.failed(message.id, decodeError(message.error));
        break;
      case 'event':
        this.#host.onEvent(asListenEvent(message.event));
    }
  }

  async #run(id: number, name: CallName, raw: unknown): Promise<unknown> {
    const args = parse<unknown>(CALLS[name], raw, `the call ${name}`);
    const answer = this.#answers[name] as (args: unknown, id: number) => unknown; // its arguments are those of its schema
    return await answer(args, id);
  }

  async #begin({ start }: CallArgs<'begin'>): Promise<unknown> {
    const { journals, sockets = [] } = this.#host;
    return this.#keep(await journals.begin({ ...start, peer: acceptedPeer(start.peer, sockets) }));
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
    return transfer.restore({ configJson, feed: this.#feeds.prepare(id, transfer) });
  }

  #byGuest(uuid: string): KeptTransfer {
    const transfer = this.#transfers.get(uuid);
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
    this.#dials.lose(error);
    for (const transfer of this.#transfers.values()) transfer.abort(error);
    await this.#calls.ended();
    await Promise.allSettled([...this.#transfers.values()].map((transfer) => transfer.lose(error)));
    this.#grants[Symbol.dispose]();
    this.#transfers.clear();
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

/** The checked fields are sound; the rest is only shown. */
function asListenEvent(event: Extract<ReceiverMessage, { type: 'event' }>['event']): ListenEvent {
  if (event.type === 'failed' || event.type === 'accept-failed')
    return { ...event, error: decodeError(event.error) };
  return event as unknown as ListenEvent;
}
