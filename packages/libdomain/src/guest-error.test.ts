import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { guestError } from './guest-error.ts';

const web1 = { domid: 7, name: 'web1' };
const init = { doing: 'pausing web1', hint: 'try again' };

test('what the system says becomes an error that tells where the guest is', async () => {
  await using host = await createSimulatedHost();
  const cause = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  expect(await guestError(host, web1, cause, { ...init, leftovers: ['a file'] })).toMatchObject({
    code: 'DOMAIN_ACTION_FAILED',
    message: 'pausing web1 failed: EMFILE: too many open files',
    hint: 'try again',
    cause,
    details: { errno: 'EMFILE' },
    guest: { domid: 7, name: 'web1' },
    leftovers: ['a file'],
  });
});

test('who was nearer to the cause has said it better', async () => {
  await using host = await createSimulatedHost();
  const guest = { state: 'suspended here' };
  const told = new VmToolsError({ code: 'GUEST_DIED', message: 'it died', hint: 'look', guest });
  expect(await guestError(host, web1, told, init)).toMatchObject({ code: 'GUEST_DIED', hint: 'look', guest });
});
