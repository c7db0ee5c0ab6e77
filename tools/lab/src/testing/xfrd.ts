import { untilListening } from '@vm-tools/cli/testing';
import type { LabHost } from '../host/lab-host.ts';

export interface RunningXfrd extends AsyncDisposable {
  /** Its exit status. */
  readonly exited: Promise<number>;
}

export interface XfrdOptions {
  /** @default in the clear: the link between the hosts is theirs alone, and TLS is for the test that is about it */
  readonly options?: string;
  /** Variables in front of the command, as in a shell. */
  readonly environment?: string;
}

/** Starts xfrd, and resolves when it listens; it is told to end when it is disposed of. */
export async function startXfrd(
  host: LabHost,
  { options = '--listen tcp://0.0.0.0:8002 --insecure', environment = '' }: XfrdOptions = {},
): Promise<RunningXfrd> {
  const xfrd = host.spawn(`${environment} exec xfrd ${options}`);
  xfrd.stdout.resume();
  await untilListening(xfrd);
  return {
    exited: xfrd.exited,
    async [Symbol.asyncDispose]() {
      await xfrd.kill('SIGTERM').catch(() => undefined); // it may have ended by itself
      await xfrd.exited;
    },
  };
}
