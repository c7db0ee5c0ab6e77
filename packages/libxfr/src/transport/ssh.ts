import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { abortError, messageOf, throwIfAborted, VmToolsError, within } from '@vm-tools/errors';
import type { Connection } from '../protocol/connection.ts';
import { joinStreams } from './join-streams.ts';
import { formatPeerAddress, type SshAddress } from './peer-address.ts';

type Ssh = ChildProcessByStdio<Writable, Readable, Readable>;

const LOG_LINES = 20;
const LOG_BYTES = 8 * 1024;

/** The exit status of ssh when ssh itself has failed, not the remote command. */
const SSH_FAILED = 255;
const NOT_FOUND = 127;

/**
 * Runs `xfrd --stdio`, or another command, on another host. ssh identifies both ends, and never prompts: a host that it does not know and a
 * key that wants a password are errors, with ssh's own words in `log`. The connection is there when the other end has
 * said something.
 *
 * @throws VmToolsError XFR_SSH (peer; failure when there is no ssh here), XFR_PEER_SILENT (timeout), INTERRUPTED
 */
export async function connectSsh(
  address: SshAddress,
  options: {
    readonly connectMs: number;
    readonly signal?: AbortSignal | undefined;
    /** the command and its first words. @default ["ssh"] */
    readonly ssh?: readonly string[] | undefined;
    /** what is run there. @default xfrd, or the program of the address, with --stdio */
    readonly remote?: string | undefined;
  },
): Promise<Connection> {
  const { connectMs, signal, ssh: [command = 'ssh', ...words] = [] } = options;
  const peer = formatPeerAddress(address);
  throwIfAborted(signal, `connecting to ${peer}`);
  const { user, host, port, program } = address;
  const { remote = `${program} --stdio` } = options;
  const child = spawn(
    command,
    [
      ...words,
      ...['-T', '-o', 'BatchMode=yes', '-o', 'ServerAliveInterval=15'],
      ...(port === undefined ? [] : ['-p', String(port)]),
      ...(user === undefined ? [] : ['-l', user]),
      ...['--', host, remote],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const log = lastLines(child.stderr);
  // 'close' comes when its last words have been read, too.
  const ended = new Promise<VmToolsError>((resolve) => {
    let failure: unknown;
    child.once('error', (thrown) => (failure = thrown));
    child.once('close', (status) =>
      resolve(sshError({ address, peer, command, remote, status, failure, log: log() })),
    );
  });
  const stream = joinStreams(child.stdout, child.stdin);
  stream.on('error', () => undefined).once('close', () => child.kill());
  try {
    const late = {
      code: 'XFR_PEER_SILENT',
      message: `${peer} did not answer in ${connectMs} ms`,
      hint: `see what ssh -v ${host} says`,
    };
    // stdout also "can be read", or breaks, when ssh ends without a word: then its exit status says more.
    const answer = once(child.stdout, 'readable')
      .catch(() => undefined)
      .then(() => (child.stdout.readableLength > 0 ? undefined : ended));
    const failure = await within(Promise.race([answer, ended]), connectMs, late, signal);
    if (failure !== undefined) throw failure;
  } catch (thrown) {
    stream.destroy();
    throw signal?.aborted ? abortError(signal, `connecting to ${peer}`) : thrown;
  }
  return { stream, peer, isConfidential: true, lastWords: log };
}

/** Whatever a hostile host writes, no more than this is kept. */
function lastLines(stream: Ssh['stderr']): () => string[] {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-LOG_BYTES)));
  return () => {
    const lines = text.split(/[\r\n]+/).map((line) => line.replace(/\p{Cc}+/gu, ' ').trim());
    return lines.filter(Boolean).slice(-LOG_LINES);
  };
}

function sshError(init: {
  readonly address: SshAddress;
  readonly peer: string;
  readonly command: string;
  readonly remote: string;
  readonly status: number | null;
  /** why it was not even started */
  readonly failure: unknown;
  readonly log: readonly string[];
}): VmToolsError {
  const { address, peer, command, remote, status, failure, log } = init;
  const { host, user } = address;
  const login = user === undefined ? host : `${user}@${host}`;
  const last = log.at(-1);
  const details = { host, status };
  if (failure !== undefined) {
    const message = `${command} cannot be run: ${messageOf(failure)}`;
    const hint = 'install the client of OpenSSH, or use tls://';
    return new VmToolsError({ code: 'XFR_SSH', kind: 'failure', message, hint, cause: failure, details });
  }
  const how = status === null ? 'was ended' : `ended with ${status}`;
  return new VmToolsError({
    code: 'XFR_SSH',
    kind: 'peer',
    message: `no connection to ${peer}: ssh ${how}${last === undefined ? '' : `: ${last}`}`,
    hint:
      status === SSH_FAILED
        ? `make "ssh ${login} true" work without a prompt`
        : status === NOT_FOUND && remote.endsWith(' --stdio')
          ? `install vm-tools there, or say where it is: ssh://${login}/usr/local/bin/xfrd`
          : `see what "ssh ${login} ${remote}" says`,
    log,
    details,
  });
}
