import { abortError, VmToolsError } from '@vm-tools/errors';
import type { Xenstore } from '@vm-tools/xenstore';
import { constants, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';
import { outputLost } from '../output/output-lost.ts';

// The pty itself is left as it is: xenconsoled has made it raw, and what libuv calls raw would turn each LF that is
// sent to the guest into CR LF.

/** Ctrl-], as in xl console and telnet. */
const ESCAPE = 0x1d;
/** xenconsoled makes the pty when it is told of the domain: soon after its creation, and again after a restore. */
const PTY_LIMIT_MS = 10_000;

export interface RelayConsoleInit {
  readonly domid: number;
  /** Of the console; those from 1 on are channels. @default 0, the primary one */
  readonly number?: number;
  /** e.g. process.stdin; made raw while the relay runs if it is a terminal */
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/**
 * Connects a terminal with a domain's console: the pty that xenconsoled, or the qemu of the domain, names in xenstore.
 * @returns 'escape' when the user pressed Ctrl-], 'end' when the domain or its console ended
 * @throws VmToolsError CONSOLE_ABSENT (timeout), INTERRUPTED, CONSOLE_FAILED; OUTPUT_LOST when the reader of `output`
 * is gone
 */
export async function relayConsole(
  store: Pick<Xenstore, 'read' | 'waitFor'>,
  { domid, number = 0, input, output, signal }: RelayConsoleInit,
): Promise<'escape' | 'end'> {
  const path = await findPty(store, { domid, number }, signal);
  const { promise, resolve, reject } = Promise.withResolvers<'escape' | 'end'>();
  const fromGuest = new ReadStream(openSync(path, constants.O_RDONLY | constants.O_NOCTTY));
  const toGuest = new WriteStream(openSync(path, constants.O_WRONLY | constants.O_NOCTTY));
  const onGuestError = (error: NodeJS.ErrnoException): void => {
    // EIO is how the kernel says that xenconsoled has closed its side.
    if (error.code === 'EIO') resolve('end');
    else reject(consoleFailed(`the console at ${path} failed`, error));
  };
  const onOutputError = (error: Error): void => reject(outputLost(error, 'what the console says'));
  const onInput = (chunk: Buffer): void => {
    const escape = input.isTTY === true ? chunk.indexOf(ESCAPE) : -1;
    const bytes = escape === -1 ? chunk : chunk.subarray(0, escape);
    if (bytes.length > 0 && !toGuest.write(bytes)) {
      input.pause();
      toGuest.once('drain', () => input.resume());
    }
    if (escape !== -1) resolve('escape');
  };
  const onAbort = (): void => reject(abortError(signal, 'relaying the console'));

  output.on('error', onOutputError);
  // Once it has failed, no user is there to press Ctrl-].
  input.on('error', (error) => reject(consoleFailed('the input of this terminal failed', error)));
  fromGuest.on('error', onGuestError).on('end', () => resolve('end'));
  toGuest.on('error', onGuestError);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    if (input.isTTY) input.setRawMode?.(true);
    fromGuest.pipe(output, { end: false });
    input.on('data', onInput);
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    output.off('error', onOutputError);
    input.off('data', onInput).pause();
    if (input.isTTY) input.setRawMode?.(false);
    fromGuest.unpipe(output).destroy();
    toGuest.destroy();
  }
}

function consoleFailed(message: string, cause: Error): VmToolsError {
  return new VmToolsError({
    code: 'CONSOLE_FAILED',
    message,
    hint: 'connect again; see whether xenconsoled still runs',
    cause,
  });
}

async function findPty(
  store: Pick<Xenstore, 'read' | 'waitFor'>,
  { domid, number }: { readonly domid: number; readonly number: number },
  signal: AbortSignal,
): Promise<string> {
  const isPrimary = number === 0;
  const path = `/local/domain/${domid}/${isPrimary ? 'console' : `device/console/${number}`}/tty`;
  try {
    return await store.waitFor(path, async () => (await store.read(path)) || undefined, {
      timeoutMs: PTY_LIMIT_MS,
      signal,
      what: isPrimary ? `the console of domain ${domid}` : `console ${number} of domain ${domid}`,
    });
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
    throw new VmToolsError({
      code: 'CONSOLE_ABSENT',
      kind: 'timeout',
      message: `domain ${domid} has had no ${isPrimary ? 'console' : `terminal for console ${number}`} for ${PTY_LIMIT_MS / 1000} s`,
      hint: isPrimary
        ? 'is xenconsoled running on this host?'
        : 'name a channel that is connected to a terminal (connection=pty), by its place in the configuration',
      cause: thrown,
    });
  }
}
