import type { Readable } from 'node:stream';

/** A daemon of ours that has been started, here or on another host. */
export interface StartedDaemon {
  readonly stderr: Readable;
  readonly exited: Promise<number>;
}

/** Resolves when the log of a daemon says that it listens; rejects with all that it has said if it ends before. */
export async function untilListening({ stderr, exited }: StartedDaemon): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let said = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.includes('listening on ')) resolve(undefined);
  });
  void exited.then((status) => reject(new Error(`it ended with ${status}: ${said}`)));
  await promise;
}
