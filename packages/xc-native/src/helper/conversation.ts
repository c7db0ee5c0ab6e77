import { type VmToolsError, abortError } from '@vm-tools/errors';
import { decodeError, encodeLine, LineDecoder } from '@vm-tools/ipc';
import type { FilePlace, ImageSource, LongCallOptions, PrecopyDecision, RingFrames } from '../xen.ts';
import type { Helpers } from './helpers.ts';
import { asMessage, isRead, LONGEST_LINE_BYTES, protocolError, writesFile } from './messages.ts';
import type { Answer, Job, Message, Question } from './messages.ts';
import { crashError } from './start.ts';
import type { HelperEnd, HelperProcess } from './start.ts';

/** The arguments of a job in a helper process, and its answers. */
export interface HelperOptions extends LongCallOptions {
  readonly helpers: Helpers;
  /** "saving domain 7", for the error of an abort */
  readonly what: string;
  /** Answers suspend and precopy. A rejection ends the work with that very error. */
  readonly decide?: (question: Question) => PrecopyDecision | Promise<PrecopyDecision>;
  /** Answers where an image comes from; undefined when by the stream of the call. */
  readonly image?: Promise<ImageSource | FilePlace | undefined>;
  /** Told which of its files the helper is about to read as an image. */
  readonly onReading?: (pid: number, fd: number) => void;
  /** Makes each write of a process to a regular file fail from now on. Rejects when there is no such process. */
  readonly cutWrites: (pid: number) => Promise<void>;
  /** How long a helper may take to end in good order once it has been told to. @default 30 s */
  readonly abortGraceMs?: number;
}

const ABORT_GRACE_MS = 30_000;

/** The parent's side of the control socket, for one job. */
export class Conversation {
  readonly #helper: HelperProcess;
  readonly #job: Job;
  readonly #options: HelperOptions;
  readonly #decoder = new LineDecoder(LONGEST_LINE_BYTES, protocolError);
  readonly #graceMs: number;
  readonly #done = Promise.withResolvers<Message & { type: 'done' }>();
  #last: Message | undefined;
  /** of ours: an answer that was refused, or a helper that does not keep to the protocol */
  #failure: Error | undefined;
  #deciding: Promise<void> | undefined;
  #owesAnswer = false;
  /** where it fetches an image itself */
  #image: ImageSource | FilePlace | undefined;
  readonly #stopped = Promise.withResolvers<undefined>();
  #killTimer: NodeJS.Timeout | undefined;
  #wasKilled = false;

  constructor(helper: HelperProcess, job: Job, options: HelperOptions) {
    this.#helper = helper;
    this.#job = job;
    this.#options = options;
    this.#graceMs = options.abortGraceMs ?? ABORT_GRACE_MS;
  }

  /** Until the job is done; or, if anything has gone wrong with it, until the helper has ended. */
  async run(): Promise<RingFrames | undefined> {
    const { signal, helpers } = this.#options;
    const { control, ended } = this.#helper;
    const onAbort = (): void => this.#stop();
    const onData = (chunk: Buffer): void => this.#receive(chunk);
    control.on('data', onData);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const done = await Promise.race([ended.then(() => undefined), this.#done.promise]);
    const isSound = done !== undefined && this.#failure === undefined && signal?.aborted !== true;
    if (!isSound) control.end();
    const end = isSound ? undefined : await ended;
    signal?.removeEventListener('abort', onAbort);
    control.off('data', onData);
    clearTimeout(this.#killTimer);
    this.#stopped.resolve(undefined);
    await this.#deciding; // the caller's suspend must not outlive the save that asked for it
    if (end !== undefined) return this.#outcome(end);
    helpers.keep(this.#helper, this.#job);
    return done?.frames;
  }

  /** The outcome after the end of the helper. */
  #outcome(end: HelperEnd): RingFrames | undefined {
    const { signal } = this.#options;
    if (this.#failure !== undefined) throw this.#failure;
    // libxc may have finished all the same; but what is read from a stream that was cut is not whole.
    const wasCut = isRead(this.#job) && signal?.aborted === true;
    if (this.#last?.type === 'done' && !wasCut) return this.#last.frames;
    if (signal?.aborted === true) throw this.#abortError(signal);
    if (this.#last?.type === 'failed') throw decodeError(this.#last.error);
    throw crashError(this.#job, end);
  }

  #receive(chunk: Buffer): void {
    try {
      for (const value of this.#decoder.push(chunk)) this.#handle(asMessage(value));
    } catch (error) {
      this.#fail(error as Error);
      this.#helper.control.destroy(); // to the helper, this is a parent that has gone
    }
  }

  #handle(message: Message): void {
    if (message.type === 'log') {
      this.#options.onLog?.(message.line);
    } else if (message.type === 'reading') {
      if (this.#helper.pid !== undefined) this.#options.onReading?.(this.#helper.pid, message.fd);
    } else if (message.type === 'done' || message.type === 'failed') {
      this.#last = message;
      if (message.type === 'done') this.#done.resolve(message);
      else this.#helper.control.end(); // a library that has failed is not asked for more
    } else {
      this.#owesAnswer = true;
      this.#deciding = this.#decide(message);
    }
  }

  async #decide(question: Question): Promise<void> {
    const { decide, image, signal } = this.#options;
    try {
      if (this.#failure !== undefined || signal?.aborted === true) this.#answer('abort');
      else if (question.type === 'step') this.#answer('continue');
      else if (question.type === 'image')
        this.#answer('continue', await Promise.race([image, this.#stopped.promise]));
      else this.#answer((await decide?.(question)) ?? 'abort');
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #answer(answer: PrecopyDecision, image?: ImageSource | FilePlace): void {
    if (!this.#owesAnswer) return;
    this.#owesAnswer = false;
    this.#image = image;
    const said: Answer = image === undefined ? { answer } : { answer, image };
    this.#helper.control.write(encodeLine(said, LONGEST_LINE_BYTES, protocolError));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#stop();
  }

  #stop(): void {
    this.#answer('abort');
    this.#stopped.resolve(undefined);
    this.#helper.data.destroy();
    this.#cutFile();
    // A stream that it fetches cannot be cut from here. A restore leaves nothing to clean up but its domain.
    // A dump has nothing to clean up either, and writes nothing for as long as it looks for pages.
    if (this.#image !== undefined || this.#job.kind === 'dump') this.#helper.kill();
    this.#killTimer ??= setTimeout(() => {
      this.#wasKilled = true;
      this.#helper.kill();
    }, this.#graceMs);
  }

  /** A helper that has ended meanwhile writes no more; one whose writes cannot be cut is killed after its grace. */
  #cutFile(): void {
    const { pid } = this.#helper;
    if (writesFile(this.#job) && pid !== undefined) this.#options.cutWrites(pid).catch(() => undefined);
  }

  #abortError(signal: AbortSignal): VmToolsError {
    const error = abortError(signal, this.#options.what);
    const log = this.#last?.type === 'failed' ? (this.#last.error.log ?? []) : [];
    if (!this.#wasKilled) return error.with({ log });
    return error.with({
      leftovers: [`its helper process did not end within ${this.#graceMs} ms and was killed`],
    });
  }
}
