import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { sendToPeer } from '../source/send.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { descriptorConnection } from './descriptors.ts';
import { joinStreams } from './join-streams.ts';

const PROGRAM = join(import.meta.dirname, 'testing/stdio-peer.ts');

test('a guest is received through a pair of pipes', async () => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const stream = joinStreams(child.stdout, child.stdin);
  const connection = { stream, peer: 'the target', isConfidential: true };
  const summary = await sendToPeer(new FakeSource(), connection, { timeouts: { lingerMs: patient(5_000) } });
  expect(summary).toMatchObject({ domid: 7 });
  expect(await exited).toEqual([0, null]);
});

test('files and what is not open are refused', () => {
  const fd = openSync(PROGRAM, 'r');
  const refused = expect.objectContaining({ code: 'XFR_DESCRIPTOR', kind: 'usage', details: { fd } });
  expect(() => descriptorConnection({ read: fd, write: fd })).toThrow(refused);
  expect(() => descriptorConnection({ read: fd, write: 1 })).toThrow(refused);
  closeSync(fd);
  expect(() => descriptorConnection({ read: fd, write: fd })).toThrow(refused);
});
