import { afterEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inJournal } from './in-journal.ts';

const warnings: string[] = [];
const messages = { warn: (text: string) => void warnings.push(text) };
afterEach(() => {
  warnings.length = 0;
});

test('a machine without a journal is warned of, because logger would say nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  const path = join(folder, 'socket');
  using _ = await inJournal(messages, path);
  expect(warnings).toEqual([expect.stringContaining(`there is no socket ${path}`)]);
  const server = createServer().listen(path);
  await once(server, 'listening');
  using _there = await inJournal(messages, path);
  expect(warnings).toHaveLength(1);
  server.close();
  await rm(folder, { recursive: true });
});
