import { VmToolsError } from '@vm-tools/errors';
import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { MessageStream } from './messages.ts';
import { outputLost } from './output-lost.ts';
import { STDOUT, writeAtOnce } from './write-at-once.ts';
import { growPipe } from './grow-pipe.ts';
import { watchReader } from './watch-reader.ts';

/** The output of the result, and the end of the process behind it. */
export interface Output {
  /**
   * Writes a piece of the result: to stdout, or to stderr once stdout carries something else.
   * @throws VmToolsError OUTPUT_LOST when it does not get there
   */
  print(text: string): Promise<void>;
  /**
   * Hands stdout out for something else than the result. The claimant listens to its errors.
   * @throws VmToolsError STDOUT_IS_TERMINAL, of kind usage, for bytes
   */
  claimStdout(content: 'bytes' | 'text'): Writable;
  /** For messages. */
  readonly stderr: MessageStream;
  /** Ends the process when all that was written has gone out; open handles do not keep it. */
  end(status: number): Promise<never>;
}

type ProcessEnd = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>;

const STDERR = 2;

/** @param own whose streams are made at their first use: that takes as long as much of what the tools do */
export function createOutput(own: ProcessEnd): Output {
  let claimed = false;
  const onLost: (() => void)[] = [];
  const used = new Set<'stdout' | 'stderr'>();
  const use = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const stream = own[name];
    if (used.has(name)) return stream;
    used.add(name);
    // The write itself reports the error; without a listener the error would also end the process.
    stream.on('error', () => {
      if (name === 'stderr') onLost.forEach((listener) => listener());
    });
    return stream;
  };
  const { exit } = own;
  return {
    print: async (text) => {
      const left = claimed ? Buffer.from(text) : printAtOnce(text);
      if (left.length === 0) return;
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      use(claimed ? 'stderr' : 'stdout').write(left, (error) => {
        if (error) reject(outputLost(error));
        else resolve(undefined);
      });
      await promise;
    },
    stderr: {
      get isTTY() {
        return isDevice(STDERR) && own.stderr.isTTY;
      },
      get columns() {
        return own.stderr.columns;
      },
      write: (text) => use('stderr').write(text),
      on: (_, listener) => onLost.push(listener),
    },
    claimStdout: (content) => {
      const stdout = use('stdout');
      if (content === 'bytes' && stdout.isTTY) {
        throw new VmToolsError({
          code: 'STDOUT_IS_TERMINAL',
          kind: 'usage',
          message: 'the output is binary and stdout is a terminal',
          hint: 'name a file, or send the output into a pipe',
        });
      }
      claimed = true;
      watchReader(stdout, STDOUT).catch(() => undefined); // without it, writes tell
      if (content === 'bytes') growPipe(STDOUT).catch(() => undefined); // it only takes longer then
      return stdout;
    },
    end: async (status) => {
      await Promise.all([...used].map((name) => drained(own[name])));
      return exit(status);
    },
  };
}

function printAtOnce(text: string): Buffer {
  try {
    return writeAtOnce(text);
  } catch (thrown) {
    throw outputLost(thrown);
  }
}

/** A terminal is one; a file, a pipe and a descriptor that was closed are none. */
function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

async function drained(stream: Writable): Promise<void> {
  if (!stream.writable) return;
  await new Promise((resolve) => stream.write('', resolve));
}
