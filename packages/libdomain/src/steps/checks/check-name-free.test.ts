import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../../actions/create-domain.ts';
import { removePending, writePending } from '../../pending/pending-restarts.ts';
import { failure } from '../../testing/failure.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { requireNameFree } from './check-name-free.ts';

test('a guest that is being restarted keeps its name, also while it has no domain', async () => {
  await using host = await createSimulatedHost();
  const uuid = '01234567-89ab-4def-8123-456789abcdef';
  const pending = { domid: 7, uuid, name: 'web1', configJson: '{}' };
  await writePending(host, pending);
  const config = sampleConfig(host, { name: 'web1' });
  expect(await failure(createDomain(host, config))).toMatchObject({
    code: 'DOMAIN_NAME_TAKEN',
    kind: 'usage',
    message: expect.stringContaining('is being restarted'),
  });
  await requireNameFree(host, { name: 'web1', uuid });
  await requireNameFree(host, { name: 'web2', uuid });
  // Of one that has failed its configuration is kept, and no more.
  await writePending(host, { ...pending, failure: { code: 'X', message: 'it failed' } });
  await createDomain(host, config);
  await removePending(host, pending);
});
