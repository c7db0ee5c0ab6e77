import { join } from 'node:path';
import { expect } from '@jest/globals';
import { fileJournals } from '@vm-tools/libxfr';
import { JOURNAL_FOLDER } from '@vm-tools/libxfr/journals';
import { failure, result, testOnHost } from '@vm-tools/xen-sim/testing';

const UUID = '8e9d3565-40eb-48ed-84c9-fe707892d93d';

testOnHost('the journals of a domain are forgotten when they have ended, and no sooner', async (host) => {
  const journals = fileJournals(join(host.simulated.root, JOURNAL_FOLDER));
  const start = { id: '3f'.repeat(16), role: 'source', peer: 'tls://b:8002', epoch: 2 ** 32 } as const;
  await using journal = await journals.begin({ ...start, guest: { name: 'web1', uuid: UUID } });
  const line = `vm-migrate forget ${UUID}`;
  expect(await failure(host, line)).toMatchObject({ status: 9, error: { code: 'XFR_UNRESOLVED' } });
  for (const state of ['aborted', 'kept'] as const) await journal.append({ state, epoch: 2 ** 32 });
  await journal[Symbol.asyncDispose]();
  expect(await result(host, 'vm-migrate forget 3f3f')).toMatchObject([{ id: start.id, state: 'kept' }]);
  expect(await failure(host, line)).toMatchObject({ status: 2, error: { code: 'XFR_TRANSFER_UNKNOWN' } });
});
