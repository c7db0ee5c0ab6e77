import { VmToolsError } from '@vm-tools/errors';
import type { Writable } from 'node:stream';
import { outputLost } from './output-lost.ts';
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
  /** Ends the process when all that was written has gone out; open handles do not keep it. */
  end(status: number): Promise<never>;
}

type ProcessEnd = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>;

export function createOutput({ stdout, stderr, exit }: ProcessEnd): Output {
  let claimed = false;
  // The write itself reports the error; without a listener the error would also end the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  return {
    print: async (text) => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      (claimed ? stderr : stdout).write(text, (error) => {
        if (error) reject(outputLost(error));
        else resolve(undefined);
      });
      await promise;
    },
    claimStdout: (content) => {
      if (content === 'bytes' && stdout.isTTY) {
        throw new VmToolsError({
          code: 'STDOUT_IS_TERMINAL',
          kind: 'usage',
          message: 'the output is binary and stdout is a terminal',
          hint: 'name a file, or send the output into a pipe',
        });
      }
      claimed = true;
      watchReader(stdout, stdout.fd).catch(() => undefined); // without it, writes tell
      return stdout;
    },
    end: async (status) => {
      await Promise.all([drained(stdout), drained(stderr)]);
      return exit(status);
    },
  };
}

async function drained(stream: Writable): Promise<void> {
  if (!stream.writable) return;
  await new Promise((resolve) => stream.write('', resolve));
}
