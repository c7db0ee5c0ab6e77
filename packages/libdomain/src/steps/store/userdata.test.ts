import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { sampleDomain } from '../../testing/sample-config.ts';
import { readUserdata } from '../../userdata.ts';

test('an address that was made up is kept with the domain', async () => {
  await using host = await createSimulatedHost({ bridges: ['xenbr0', 'br1'] });
  const own = { mac: '00:16:3e:00:00:01' };
  const domain = await sampleDomain(host, { networks: [own, { bridge: 'br1' }] });
  const json = await readUserdata(host, domain);
  expect(JSON.parse(json)).toMatchObject({
    nics: [
      { devid: 0, ...own },
      { devid: 1, bridge: 'br1', mac: expect.stringMatching(/^00:16:3e:/) },
    ],
  });
});
