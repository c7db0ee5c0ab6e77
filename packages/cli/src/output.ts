import { VmToolsError } from '@vm-tools/errors';
import type { Writable } from 'node:stream';
import { BROKEN_PIPE_EXIT } from './exit-codes.ts';

/** Where the result goes, and the end of the process behind it. */
export interface Output {
  /** Writes a piece of the result: to stdout, or to stderr once stdout carries something else. */
  print(text: string): void;
  /**
   * Hands stdout out for something else than the result.
   * @throws VmToolsError STDOUT_IS_TERMINAL, of kind usage, for bytes
   */
  claimStdout(content: 'bytes' | 'text'): Writable;
  /** Ends the process when all that was written has gone out; open handles do not keep it. */
  end(status: number): Promise<never>;
}

type ProcessEnd = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>;

export function createOutput({ stdout, stderr, exit }: ProcessEnd): Output {
  let claimed = false;
  // `vm-list | head -1` is no reason for a message. Once stdout is claimed its errors belong to the claimant.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (claimed) return;
    if (error.code === 'EPIPE') exit(BROKEN_PIPE_EXIT);
    throw error;
  });
  stderr.on('error', () => undefined);
  return {
    print: (text) => void (claimed ? stderr : stdout).write(text),
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
