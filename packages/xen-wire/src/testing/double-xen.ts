import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { abortError, VmToolsError } from '@vm-tools/errors';
import type {
  BuildSpec,
  LongCallOptions,
  RestoreCall,
  RestoreSpec,
  RingFrames,
  SaveCall,
  SaveSpec,
  Xen,
} from '@vm-tools/xc-native';

export const FRAMES: RingFrames = { storeFrame: 0xfeffcn, consoleFrame: 0x1_2345_6789_abcdn };
export const HEAD = Buffer.from('the head of an image, ');
export const END = Buffer.from('and its END');

/** A `Xen` that keeps what it was called with, and does as it is told. Its short calls give `answer`. */
export class DoubleXen {
  readonly version = { major: 4, minor: 17, extra: '.7' };
  readonly calls: unknown[][] = [];
  /** The result of a short call, a build or a destroy; a promise that never settles hangs it. */
  answer: () => unknown = () => undefined;
  /** The behaviour of saves and restores. */
  manner: 'good' | 'flood' | 'fail' | 'picky' | 'hang' = 'good';
  /** Bytes that saves have written. */
  written = 0;
  restored = '';
  /** Resolves when a long call has ended, with its error if it had one. */
  readonly ended = Promise.withResolvers<unknown>();

  domainBuild(domid: number, spec: BuildSpec, options: LongCallOptions): Promise<RingFrames> {
    return this.#long('domainBuild', [domid, spec], options) as Promise<RingFrames>;
  }

  domainDestroy(domid: number, options: LongCallOptions): Promise<void> {
    return this.#long('domainDestroy', [domid], options) as Promise<void>;
  }

  async #long(name: string, args: unknown[], { onLog, signal }: LongCallOptions): Promise<unknown> {
    this.calls.push([name, ...args]);
    onLog?.(`debug: ${name}`);
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => reject(interrupted(signal)));
    return Promise.race([this.answer(), promise]).finally(() => this.ended.resolve(undefined));
  }

  domainSave(domid: number, spec: SaveSpec, options: LongCallOptions): SaveCall {
    const { live } = spec;
    this.calls.push(['domainSave', domid, { live }]);
    const stream = new PassThrough();
    stream.on('error', () => undefined);
    const done = this.#save(domid, spec, stream, options);
    done.then(
      () => stream.end(),
      (error: unknown) => stream.destroy(error as Error),
    );
    this.#end(done);
    return { stream, done };
  }

  domainDumpcore(domid: number, options: LongCallOptions): SaveCall {
    return this.domainSave(domid, { live: false, suspend: () => Promise.resolve() }, options);
  }

  domainRestore(domid: number, spec: RestoreSpec, options: LongCallOptions): RestoreCall {
    this.calls.push(['domainRestore', domid, spec]);
    const sink = new PassThrough();
    sink.on('error', () => undefined);
    const done = this.#restore(sink, options);
    done.catch((error: unknown) => sink.destroy(error as Error));
    this.#end(done);
    return { sink, done };
  }

  async #save(
    domid: number,
    { live, suspend, precopy }: SaveSpec,
    stream: PassThrough,
    { signal, onLog }: LongCallOptions,
  ): Promise<void> {
    const write = async (bytes: Buffer): Promise<void> => {
      if (signal?.aborted) throw interrupted(signal);
      if (stream.destroyed) throw xcError('xc_domain_save', 'EPIPE', domid);
      this.written += bytes.length;
      if (stream.write(bytes)) return;
      const ends = [once(stream, 'drain'), once(stream, 'close'), aborted(signal)];
      await Promise.race(ends).catch(() => undefined); // the next write sees why
    };
    onLog?.(`debug: saving ${domid}`);
    await write(HEAD);
    if (this.manner === 'fail') throw xcError('xc_domain_save', 'EINVAL', domid);
    if (this.manner === 'hang') await new Promise(() => undefined);
    while (this.manner === 'flood') await write(Buffer.alloc(65536));
    for (let iteration = 0; live && precopy !== undefined; iteration++) {
      const dirtyPages = iteration === 0 ? 4096 : undefined;
      const decision = await precopy({ iteration, totalWrittenPages: iteration * 5e9, dirtyPages });
      if (decision === 'abort') throw interrupted(signal);
      if (decision === 'stop-and-copy') break;
    }
    await suspend();
    await write(END);
  }

  async #restore(sink: Readable & Writable, { signal }: LongCallOptions): Promise<RingFrames> {
    const stop = (): unknown => sink.destroy(interrupted(signal));
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    try {
      for await (const chunk of sink as AsyncIterable<Buffer>) {
        if (this.manner === 'picky') throw xcError('xc_domain_restore', 'EINVAL', 7);
        this.restored += chunk.toString('latin1');
      }
    } catch (error) {
      throw error instanceof VmToolsError ? error : xcError('xc_domain_restore', 'EPIPE', 7);
    }
    if (!this.restored.endsWith(END.toString())) throw xcError('xc_domain_restore', 'EINVAL', 7);
    return FRAMES;
  }

  #end(done: Promise<unknown>): void {
    done.then(
      () => this.ended.resolve(undefined),
      (error: unknown) => this.ended.resolve(error),
    );
  }
}

/** With all short calls of `Xen`, which give the double's answer. */
export function asXen(double: DoubleXen): Xen {
  return new Proxy(double, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value === 'function') return value.bind(target) as unknown;
      if (value !== undefined || typeof name !== 'string' || name === 'then') return value;
      return async (...args: unknown[]) => {
        target.calls.push([name, ...args]);
        return target.answer();
      };
    },
  }) as unknown as Xen;
}

export function xcError(call: string, errnoName: string, domid: number): VmToolsError {
  return new VmToolsError({
    code: 'XEN_CALL_FAILED',
    kind: 'resource',
    message: `${call}: no (${errnoName})`,
    hint: 'do something',
    log: ['error: no'],
    details: { call, errnoName, domid },
  });
}

function interrupted(signal: AbortSignal | undefined): VmToolsError {
  const error =
    signal?.aborted === true
      ? abortError(signal, 'working')
      : new VmToolsError({ code: 'INTERRUPTED', message: 'told to' });
  return error.with({ log: ['error: tidied up'] });
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal !== undefined) await once(signal, 'abort');
  else await new Promise(() => undefined);
}
