import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { VmToolsError } from '@vm-tools/errors';
import { decodeError, encodeError, type Channel } from '@vm-tools/ipc';
import type { LongCallOptions, PrecopyDecision, PrecopyStats, RingFrames, Xen } from '@vm-tools/xc-native';
import type * as z from 'zod';
import { CALLS, type CallName, type ShortCallName } from '../protocol/calls.ts';
import { connectionLost, parseWith, protocolError } from '../protocol/errors.ts';
import {
  clientMessage,
  type ClientMessage,
  type Question,
  type ServerMessage,
} from '../protocol/messages.ts';

/** Tells the client a token, and gives the connection that it brings for it. */
type DataConnection = (signal: AbortSignal, tell: (token: string) => void) => Promise<Duplex>;

interface ServedCall {
  readonly id: number;
  readonly abort: AbortController;
  /** The question that the client has not answered yet. */
  question?: PromiseWithResolvers<PrecopyDecision>;
  ended: Promise<void>;
}

/** The calls of one client. */
export class ServedCalls {
  readonly #xen: Xen;
  readonly #channel: Channel;
  readonly #dataConnection: DataConnection;
  readonly #calls = new Map<number, ServedCall>();

  constructor(xen: Xen, channel: Channel, dataConnection: DataConnection) {
    this.#xen = xen;
    this.#channel = channel;
    this.#dataConnection = dataConnection;
  }

  /** @throws VmToolsError XEN_WIRE_PROTOCOL for what no client of ours says: the connection cannot go on */
  receive(value: unknown): void {
    const message = parseWith(clientMessage, value, 'a message');
    if (message.type === 'call') this.#start(message);
    else this.#continue(message);
  }

  /** Gives up all that is under way: the client has gone. */
  abort(reason: VmToolsError): void {
    for (const call of this.#calls.values()) {
      call.abort.abort(reason);
      call.question?.reject(reason);
    }
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#calls.values()].map((call) => call.ended));
  }

  #start({ id, call: name, args }: ClientMessage & { type: 'call' }): void {
    if (this.#calls.has(id)) throw protocolError(`there is a call ${id} already`);
    const call: ServedCall = { id, abort: new AbortController(), ended: Promise.resolve() };
    this.#calls.set(id, call);
    call.ended = this.#run(name, args, call)
      .then(
        (result) => this.#reply({ type: 'done', id, result }),
        (error: unknown) => this.#reply({ type: 'failed', id, error: encodeError(error) }),
      )
      .finally(() => {
        this.#calls.delete(id);
        call.abort.abort(); // whatever still waits for the connection of an image need not any more
      });
  }

  /** What comes for a call that has just ended was sent before the client knew, and is no mistake. */
  #continue(message: Exclude<ClientMessage, { type: 'call' }>): void {
    const call = this.#calls.get(message.id);
    if (message.type === 'answer') call?.question?.resolve(message.decision);
    else if (message.type === 'refuse') call?.question?.reject(decodeError(message.error));
    else call?.abort.abort(message.reason && decodeError(message.reason));
  }

  async #run(name: CallName, args: unknown[], call: ServedCall): Promise<unknown> {
    const { id } = call;
    const what = `the call ${name}`;
    const options = {
      signal: call.abort.signal,
      onLog: (line: string) => this.#send({ type: 'log', id, line }),
    };
    switch (name) {
      case 'domainDestroy':
        return this.#xen.domainDestroy(...parseWith(CALLS[name].args, args, what), options);
      case 'domainBuild':
        return this.#xen.domainBuild(...parseWith(CALLS[name].args, args, what), options);
      case 'domainSave':
        return this.#save(call, parseWith(CALLS[name].args, args, what), options);
      case 'domainRestore':
        return this.#restore(call, parseWith(CALLS[name].args, args, what), options);
      default:
        return this.#short(name, parseWith<unknown[]>(CALLS[name].args, args, what));
    }
  }

  #short(name: ShortCallName, args: readonly unknown[]): Promise<unknown> {
    return (this.#xen[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  }

  async #save(
    call: ServedCall,
    [domid, { live, asksPrecopy }]: z.infer<typeof CALLS.domainSave.args>,
    options: LongCallOptions,
  ): Promise<void> {
    const { id } = call;
    const suspend = async (): Promise<void> => {
      await this.#ask(call, { type: 'suspend', id });
    };
    const precopy = (stats: PrecopyStats): Promise<PrecopyDecision> =>
      this.#ask(call, { type: 'precopy', id, stats });
    const spec = { live, suspend, ...(asksPrecopy ? { precopy } : {}) };
    const { stream, done } = this.#xen.domainSave(domid, spec, options);

    const sent = this.#attached(call).then(async (data) => {
      data.resume().once('end', () => data.destroy()); // a client says nothing here, unless it has had enough
      await pipeline(stream, data);
    });
    sent.catch(() => stream.destroy()); // pipeline leaves it alone when its target has gone before; `done` has the cause
    await done;
    await sent.catch((error: unknown) => {
      throw connectionLost(error);
    });
  }

  async #restore(
    call: ServedCall,
    [domid, spec]: z.infer<typeof CALLS.domainRestore.args>,
    options: LongCallOptions,
  ): Promise<RingFrames> {
    const { sink, done } = this.#xen.domainRestore(domid, spec, options);
    const attached = this.#attached(call);
    attached.then((data) => pipeline(data, sink)).catch(() => sink.destroy()); // `done` has the cause
    try {
      return await done;
    } finally {
      attached.then((data) => data.destroy()).catch(() => undefined);
    }
  }

  #attached({ id, abort }: ServedCall): Promise<Duplex> {
    return this.#dataConnection(abort.signal, (token) => this.#send({ type: 'attach', id, token }));
  }

  async #ask(call: ServedCall, question: Question): Promise<PrecopyDecision> {
    call.abort.signal.throwIfAborted();
    call.question = Promise.withResolvers();
    this.#send(question);
    return call.question.promise;
  }

  #reply(message: ServerMessage): void {
    try {
      this.#send(message);
    } catch (error) {
      this.#send({ type: 'failed', id: message.id, error: encodeError(error) });
    }
  }

  #send(message: ServerMessage): void {
    this.#channel.send(message);
  }
}
