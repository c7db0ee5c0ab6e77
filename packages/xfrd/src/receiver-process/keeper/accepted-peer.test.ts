import { expect, test } from '@jest/globals';
import { acceptedPeer } from './accepted-peer.ts';

test.each([
  ['tls://10.0.0.1:4711', 'tls://10.0.0.1:4711'],
  ['tcp://[fd00::1]:4711', 'tcp://[fd00::1]:4711'],
  ['unix:///run/xfrd.sock', 'unix:///run/xfrd.sock'],
  ['unix:///run/docker.sock', 'fd://0'],
  ['ssh://root@10.0.0.1/bin/sh', 'fd://0'],
  ['tls://metadata.internal:80', 'fd://0'],
  ['tls://10.0.0.1:4711/../x', 'fd://0'],
  ['fd://3', 'fd://0'],
  ['nonsense://', 'fd://0'],
  ['', 'fd://0'],
])('of "%s" the keeper makes "%s"', (said, address) => {
  expect(acceptedPeer(said, ['unix:///run/xfrd.sock'])).toBe(address);
});
