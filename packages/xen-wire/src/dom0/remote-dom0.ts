import type { Duplex } from 'node:stream';
import type {
  BootloaderEnd,
  BootloaderRun,
  DeviceCounters,
  Dom0,
  Dom0CallOptions,
  FileFacts,
  LoopDevice,
  ProgramFacts,
  QemuEnd,
  QemuProcess,
  QemuStart,
  ScriptEnd,
  ScriptRun,
} from '@vm-tools/dom0';
import { abortError, throwIfAborted, within } from '@vm-tools/errors';
import { Channel, PendingCalls, readHello, writeHello } from '@vm-tools/ipc/calls';
import {
  connectionLost,
  HELLO_ERRORS,
  parseWith,
  protocolError,
  unknownVersion,
} from '../protocol/errors.ts';
import type { ServeOptions } from '../server/serve-xen.ts';
import { DOM0_CALLS, type Dom0CallName } from './dom0-calls.ts';
import { DOM0_WIRE_VERSION, dom0Hello, dom0ServerMessage, LONGEST_DOM0_BYTES } from './dom0-messages.ts';

/** How long a control domain in another process may take. */
export interface RemoteDom0Options extends Pick<ServeOptions, 'helloMs'> {
  /** Ends the wait for the server's first word. */
  readonly signal?: AbortSignal | undefined;
  /** How long a call may take: longer than a script, a bootloader or a qemu may there. @default 150 000 */
  readonly callMs?: number;
}

/** A control domain in another process, which is left alone when the connection is closed. */
export interface RemoteDom0 extends Dom0 {
  close(): Promise<void>;
}

/**
 * The `Dom0` that another process serves with `serveDom0`.
 *
 * @throws VmToolsError XEN_WIRE_VERSION, XEN_WIRE_LOST, XEN_WIRE_TIMEOUT, XEN_WIRE_PROTOCOL, INTERRUPTED; whatever
 * `connect` throws
 */
export async function remoteDom0(
  connect: () => Promise<Duplex>,
  { helloMs = 30_000, callMs = 150_000, signal }: RemoteDom0Options = {},
): Promise<RemoteDom0> {
  const hello = { limitMs: helloMs, ...HELLO_ERRORS };
  const connection = await connect();
  connection.on('error', () => undefined);
  try {
    await writeHello(connection, { dom0Wire: DOM0_WIRE_VERSION }, hello);
    const answer = await readHello(connection, { ...hello, signal });
    const { dom0Wire } = parseWith(dom0Hello, answer, 'the first line');
    if (dom0Wire !== DOM0_WIRE_VERSION) throw unknownVersion(dom0Wire, DOM0_WIRE_VERSION);
    return new Remote(connection, callMs);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

class Remote implements RemoteDom0 {
  readonly #channel: Channel;
  readonly #callMs: number;
  readonly #calls = new PendingCalls<never>();
  readonly #closed = Promise.withResolvers<undefined>();

  constructor(connection: Duplex, callMs: number) {
    this.#callMs = callMs;
    this.#channel = new Channel(connection, {
      sendBytes: LONGEST_DOM0_BYTES,
      receiveBytes: LONGEST_DOM0_BYTES,
      broken: protocolError,
    });
    this.#channel.open(
      (value) => this.#calls.receive(parseWith(dom0ServerMessage, value, 'a message')),
      (cause) => {
        this.#calls.lose(connectionLost(cause));
        this.#closed.resolve(undefined);
      },
    );
  }

  lookAt(path: string): Promise<FileFacts> {
    return this.#call('lookAt', [path]);
  }

  lookAtProgram(path: string): Promise<ProgramFacts> {
    return this.#call('lookAtProgram', [path]);
  }

  hasBridge(name: string): Promise<boolean> {
    return this.#call('hasBridge', [name]);
  }

  deviceCounters(): Promise<DeviceCounters> {
    return this.#call('deviceCounters', []);
  }

  runScript(run: ScriptRun, { signal }: Dom0CallOptions = {}): Promise<ScriptEnd> {
    return this.#call('runScript', [run], `running ${run.path}`, signal);
  }

  runBootloader(run: BootloaderRun, { signal }: Dom0CallOptions = {}): Promise<BootloaderEnd> {
    return this.#call('runBootloader', [run], `running ${run.program}`, signal);
  }

  flush(path: string): Promise<void> {
    return this.#call('flush', [path]);
  }

  lookAtLoop(path: string): Promise<LoopDevice | undefined> {
    return this.#call('lookAtLoop', [path]);
  }

  listLoops(): Promise<readonly LoopDevice[]> {
    return this.#call('listLoops', []);
  }

  detachLoop({ path, sequence }: Pick<LoopDevice, 'path' | 'sequence'>): Promise<void> {
    return this.#call('detachLoop', [{ path, sequence }]);
  }

  startQemu(start: QemuStart): Promise<{ readonly pid: number }> {
    return this.#call('startQemu', [start]);
  }

  isQemu(qemu: QemuProcess): Promise<boolean> {
    return this.#call('isQemu', [qemu]);
  }

  listQemus(): Promise<readonly QemuProcess[]> {
    return this.#call('listQemus', []);
  }

  endQemu(qemu: QemuProcess, how: QemuEnd): Promise<void> {
    return this.#call('endQemu', [qemu, how]);
  }

  qmp(...[socket, command, args = {}, { signal } = {}]: Parameters<Dom0['qmp']>): Promise<unknown> {
    return this.#call('qmp', [socket, command, args], `asking qemu for ${command}`, signal);
  }

  async close(): Promise<void> {
    this.#channel.close();
    await this.#closed.promise;
  }

  /** @throws what the call throws there; XEN_WIRE_LOST, XEN_WIRE_TIMEOUT, XEN_WIRE_PROTOCOL, INTERRUPTED */
  async #call<Result>(
    name: Dom0CallName,
    args: unknown[],
    what = `the call ${name}`,
    signal?: AbortSignal,
  ): Promise<Result> {
    throwIfAborted(signal, what);
    using call = this.#calls.open();
    const { id } = call;
    const onAbort = (): void => this.#channel.send({ type: 'abort', id });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#channel.send({ type: 'call', id, call: name, args });
      const message = `waited ${this.#callMs} ms for the answer to ${name}`;
      const late = { code: 'XEN_WIRE_TIMEOUT', message, details: { call: name } };
      // Not beyond an abort: what was begun there has ended when the answer comes.
      const result = await within(call.answer, this.#callMs, late);
      return parseWith<unknown>(DOM0_CALLS[name].result, result, `the answer to ${name}`) as Result;
    } catch (thrown) {
      if (signal?.aborted === true && this.#calls.lost === undefined) throw abortError(signal, what);
      throw thrown;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
