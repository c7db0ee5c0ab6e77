import { expect, test } from '@jest/globals';
import { openHost } from './open-host.ts';

test.each(['', 'kvm:', 'Xen', 'sim'])('"%s" is no host', async (spec) => {
  await expect(openHost(spec, { root: '/', command: 'vm-list' })).rejects.toMatchObject({
    code: 'HOST_UNKNOWN',
    kind: 'usage',
    hint: expect.stringContaining('sim:NAME'),
  });
});
