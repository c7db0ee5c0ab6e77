import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { runChildStrictly } from '../local/child.ts';

/**
 * The folder that a host and this machine share. Files go through it because it is much faster than ssh, whose
 * ciphers cost an emulated processor dearly: 100 MB/s instead of 4 (seen on two cores).
 */
export interface Exchange {
  /** Its path here. */
  readonly local: string;
  /** Runs a command on the host, which must succeed. */
  readonly run: (command: readonly string[]) => Promise<unknown>;
}

/** Its path on the host; see dom0/init.sh. */
const remoteFolder = '/mnt/exchange';
const limitMs = 600_000;
const preserve = ['-r', '--preserve=mode,timestamps,links'];

/** Gives a file or folder to the host, until `use` has ended. */
export async function lend(
  { local }: Exchange,
  path: string,
  use: (remotePath: string) => Promise<unknown>,
): Promise<void> {
  await inTransit(local, async (name) => {
    await runChildStrictly('cp', [...preserve, resolve(path), join(local, name)], { timeoutMs: limitMs });
    await use(join(remoteFolder, name, basename(resolve(path))));
  });
}

/** Copies a file or folder to the host, with the meaning of `cp -r`. */
export async function putThrough(exchange: Exchange, localPath: string, remotePath: string): Promise<void> {
  await lend(exchange, localPath, (lent) => exchange.run(['cp', ...preserve, lent, remotePath]));
}

/** Copies a file or folder from the host, with the meaning of `cp -r`. */
export async function getThrough(
  { local, run }: Exchange,
  remotePath: string,
  localPath: string,
): Promise<void> {
  await inTransit(local, async (name) => {
    await run(['cp', ...preserve, remotePath, join(remoteFolder, name)]);
    const arrived = join(local, name, basename(remotePath));
    await runChildStrictly('cp', [...preserve, arrived, resolve(localPath)], { timeoutMs: limitMs });
  });
}

async function inTransit(local: string, work: (name: string) => Promise<void>): Promise<void> {
  const name = randomUUID();
  await mkdir(join(local, name));
  try {
    await work(name);
  } finally {
    await rm(join(local, name), { recursive: true, force: true });
  }
}
