import { expect, test } from '@jest/globals';
import { randomMac, withMacs } from './mac.ts';
import type { Network } from './network.ts';

test('a random address is in the range of Xen, and of one device', () => {
  for (let count = 0; count < 200; count += 1)
    expect(randomMac()).toMatch(/^00:16:3e:[0-7][\da-f](:[\da-f]{2}){2}$/);
});

test('addresses are made up where there are none', () => {
  const own = { mac: '00:16:3e:00:00:01', bridge: 'a' };
  const without: Network[] = [{ bridge: 'b' }, own, {}];
  const { name, networks } = withMacs({ name: 'web1', networks: without });
  expect(name).toBe('web1');
  expect(networks).toEqual([{ bridge: 'b', mac: expect.any(String) }, own, { mac: expect.any(String) }]);
  expect(new Set(networks.map(({ mac }) => mac)).size).toBe(3);
});
