import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { sendToPeer } from '../source/send.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { connectSsh } from './ssh.ts';

const HOST = { transport: 'ssh', host: 'b', program: 'xfrd' } as const;

/** In place of ssh: what follows are the arguments that ssh would get. */
const shell = (script: string): string[] => ['/bin/sh', '-c', script, 'ssh'];
const PEER = [process.execPath, join(import.meta.dirname, 'testing/stdio-peer.ts')];

test('a guest moves through the pipes of another program', async () => {
  const connection = await connectSsh(HOST, { connectMs: patient(30_000), ssh: PEER });
  expect(connection).toMatchObject({ peer: 'ssh://b', isConfidential: true });
  const summary = await sendToPeer(new FakeSource(), connection, { timeouts: { lingerMs: patient(5_000) } });
  expect(summary).toMatchObject({ domid: 7, warnings: [] });
});

test.each<[object, string]>([
  [{}, '-T -o BatchMode=yes -o ServerAliveInterval=15 -- b xfrd --stdio'],
  [
    { user: 'root', port: 2222, host: '::1', program: '/opt/xfrd' },
    '-T -o BatchMode=yes -o ServerAliveInterval=15 -p 2222 -l root -- ::1 /opt/xfrd --stdio',
  ],
])('ssh gets its arguments: %j', async (address, words) => {
  const connecting = connectSsh(
    { ...HOST, ...address },
    { connectMs: patient(30_000), ssh: shell('echo "$@" >&2; exit 1') },
  );
  await expect(connecting).rejects.toMatchObject({ log: [words] });
});

test.each<[string, string, string, string]>([
  [
    'ssh itself fails',
    'echo "Permission denied (publickey)." >&2; exit 255',
    'Permission denied',
    'ssh b true',
  ],
  [
    'xfrd is not there',
    'echo "sh: xfrd: not found" >&2; exit 127',
    'not found',
    'ssh://b/usr/local/bin/xfrd',
  ],
  ['xfrd fails', 'exit 4', 'ended with 4', 'xfrd --stdio'],
  ['it is killed', 'kill -9 $$', 'was ended', 'xfrd --stdio'],
])('when %s, the error has its words and what to do', async (_what, script, words, hint) => {
  await expect(connectSsh(HOST, { connectMs: patient(30_000), ssh: shell(script) })).rejects.toMatchObject({
    code: 'XFR_SSH',
    kind: 'peer',
    message: expect.stringContaining(words),
    hint: expect.stringContaining(hint),
  });
});

test('however much it writes, only the last lines are kept, without commands to a terminal', async () => {
  const script =
    'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done >&2; printf "\\033[2Jend\\n" >&2; exit 255';
  const error = await connectSsh(HOST, { connectMs: patient(30_000), ssh: shell(script) }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ log: expect.arrayContaining(['line 2999', '[2Jend']) });
  expect((error as { log: string[] }).log).toHaveLength(20);
});

test('no ssh here', async () => {
  await expect(connectSsh(HOST, { connectMs: patient(30_000), ssh: ['/nowhere/ssh'] })).rejects.toMatchObject(
    {
      code: 'XFR_SSH',
      kind: 'failure',
      message: expect.stringContaining('/nowhere/ssh'),
    },
  );
});

test('one that asks a question is not waited for', async () => {
  await expect(connectSsh(HOST, { connectMs: 50, ssh: shell('exec sleep 60') })).rejects.toMatchObject({
    code: 'XFR_PEER_SILENT',
    kind: 'timeout',
  });
});

test('an abort ends it', async () => {
  const abort = new AbortController();
  const options = { connectMs: patient(30_000), signal: abort.signal, ssh: shell('exec sleep 60') };
  const connecting = connectSsh(HOST, options);
  abort.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await expect(connectSsh(HOST, options)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('the end of ssh is the end of the connection, and the other way round', async () => {
  const { stream } = await connectSsh(HOST, {
    connectMs: patient(30_000),
    ssh: shell('echo hello; read line; exit 255'),
  });
  const source = new FakeSource();
  const sending = sendToPeer(
    source,
    { stream, peer: 'b', isConfidential: true },
    { timeouts: { lingerMs: 50 } },
  );
  await expect(sending).rejects.toMatchObject({ kind: 'peer' });
  expect(source.state).toBe('running');
  expect(stream.destroyed).toBe(true);
});
