import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VmToolsError } from '@vm-tools/errors';
import { cancelServed, listServed } from '../../src/control/ask-served.ts';
import { decodeReply } from '../../src/control/messages.ts';
import { serveTransfers } from '../../src/control/serve-transfers.ts';
import { ID, rejection, thrownBy, type ErrorCase } from './case.ts';

async function inFolder<T>(run: (socketPath: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'xfr-control-'));
  try {
    return await run(join(folder, 'socket'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Asks a process that answers like this. */
function answered(answer: string | undefined): Promise<VmToolsError> {
  return inFolder(async (path) => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined).resume();
      if (answer !== undefined) socket.end(`${answer}\n`);
    }).listen(path);
    await once(server, 'listening');
    const error = await rejection(listServed(path));
    server.close();
    return error;
  });
}

/** What can come of asking another process about its transfers. */
export const controlCases: readonly ErrorCase[] = [
  {
    code: 'XFR_CONTROL_ABSENT',
    when: 'no process is there',
    cause: () => rejection(listServed('/not/there')),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_CONTROL_SILENT',
    when: 'a process does not answer',
    cause: () => answered(undefined),
    ...{ kind: 'timeout', retry: 'safe' },
  },
  {
    code: 'XFR_CONTROL_PROTOCOL',
    when: 'a process says nonsense',
    cause: () => answered('{"answer"'),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_CONTROL_VERSION',
    when: 'who asks speaks another version',
    cause: () =>
      inFolder(async (path) => {
        await using _ = await serveTransfers(path);
        const socket = connect(path);
        socket.end('{"v":99,"do":"list"}\n');
        const [line] = (await once(socket, 'data')) as [Buffer];
        return await thrownBy(() => void decodeReply(line));
      }),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_NOT_UNDER_WAY',
    when: 'the process knows of no such transfer',
    cause: () =>
      inFolder(async (path) => {
        await using _ = await serveTransfers(path);
        return await rejection(cancelServed(path, ID));
      }),
    ...{ kind: 'usage', retry: 'after-fix' },
  },
];
