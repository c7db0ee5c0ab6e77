import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { loadLibc } from '@vm-tools/libc';
import { FIRST_SOCKET_FD } from '../../systemd/listen-fds.ts';
import { locateReceiver } from '../locate.ts';

/** V8's own memory. Buffers of connections are besides, and are bounded by their number. */
const HEAP_MIB = 96;
const YOUNG_MIB = 4;
const MOST_STDERR_CHARACTERS = 2000;

export interface ReceiverChild {
  readonly pid: number | undefined;
  readonly connection: Duplex;
  /** Resolves with how it has ended, in words. */
  readonly exited: Promise<string>;
  kill(): void;
}

/**
 * Starts node with as little as it can do with: no environment, no files but its own modules, and those only to be
 * read, no processes, no native code, no core dumps, and a heap that does not grow. It has a session of its own,
 * because Ctrl-C is for the keeper to hear.
 *
 * @param sockets descriptors of sockets that listen
 * @param onWords told what it writes to stderr: node's own words, when it ends as it should not
 */
export async function startProcess(
  sockets: readonly number[],
  onWords: (text: string) => void,
): Promise<ReceiverChild> {
  const { file, folder } = locateReceiver();
  // Those of systemd keep their numbers.
  const keeperFd = FIRST_SOCKET_FD + sockets.length;
  const node = [
    '--permission',
    `--allow-fs-read=${folder}`,
    `--max-old-space-size=${HEAP_MIB}`,
    `--max-semi-space-size=${YOUNG_MIB}`,
    file,
    String(keeperFd),
  ];
  await keepOpenFilesHere();
  // Node has no words for these limits; the shell is gone when it has set them.
  const child = spawn(
    '/bin/sh',
    ['-c', 'ulimit -c 0; ulimit -f 0; unset PWD; exec "$0" "$@"', process.execPath, ...node],
    {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', ...sockets, 'pipe'],
    },
  );
  const connection = child.stdio[keeperFd] as unknown as Socket;
  connection.on('error', () => undefined);
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => onWords(text.trim().slice(0, MOST_STDERR_CHARACTERS)));
  const exited = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(`could not be started: ${message}`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with status ${code}` : `was ended by ${signal}`),
    );
  });
  return { pid: child.pid, connection, exited, kill: () => void child.kill('SIGKILL') };
}

/**
 * The files and arguments of this process are not for one without rights. Node reads certificates, those of
 * NODE_EXTRA_CA_CERTS too, in a thread of its own, from files that a child would inherit: it has read them all when it
 * can tell them.
 */
async function keepOpenFilesHere(): Promise<void> {
  const { closeOnExec } = await loadLibc();
  getCACertificates('default');
  closeOnExec();
}
