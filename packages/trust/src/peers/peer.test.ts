import { expect, test } from '@jest/globals';
import { peerSchema } from './peer.ts';

const fingerprint = `SHA256:${'A'.repeat(43)}`;

const isGood = (settings: object): boolean => peerSchema.safeParse({ fingerprint, ...settings }).success;

test('a peer of which only the key is known may send and receive, live, whatever it likes', () => {
  const defaults = { hosts: [], maySend: true, mayReceive: true, live: true };
  expect(peerSchema.parse({ fingerprint })).toEqual({ fingerprint, ...defaults });
  expect(peerSchema.parse({ certificateName: 'd.example' })).toEqual({
    ...{ certificateName: 'd.example', ...defaults },
  });
});

test.each<[string, readonly unknown[], readonly unknown[]]>([
  [
    'fingerprint',
    [`SHA256:${'+/09azAZ'.repeat(6).slice(0, 43)}`],
    ['', `x${fingerprint}`, `${fingerprint}A`, fingerprint.slice(1), fingerprint.replace('A', '='), 7],
  ],
  [
    'hosts',
    [[], ['b', '10.0.0.2', '::1', 'fe80::1%eth0', '_b.example', 'b'.repeat(253)]],
    ['b', [''], ['b c'], ['-b'], ['b/c'], ['%b'], [' b'], ['b\n'], ['b'.repeat(254)], [7]],
  ],
  ['maySend', [true, false], ['yes', 1]],
  ['mayReceive', [true, false], ['yes', 1]],
  ['live', [true, false], ['yes', 1]],
  ['requireKernels', [true, false], ['yes', 1]],
  [
    'domains',
    [[], ['web-*', 'ä', 'a b', 'x'.repeat(255)]],
    ['web', [''], ['a/b'], ['a\nb'], ['a\n'], ['\u0007a'], ['x'.repeat(256)]],
  ],
  [
    'kernels',
    [[], ['/', '/boot', `/${'x'.repeat(4095)}`]],
    ['/boot', [''], ['boot'], ['boot/x'], ['/a\nb'], ['/a\n'], [`/${'x'.repeat(4096)}`]],
  ],
  ['disks', [[], ['/', '/dev/vg']], ['/dev', [''], ['dev'], ['/a\nb']]],
  ['bridges', [[], ['xenbr0', 'br 1']], ['xenbr0', [''], ['a\nb'], [7]]],
  ['scripts', [[], ['vif-route', '/etc/xen/scripts/x']], ['a', [''], ['a\nb'], [7]]],
  ['backends', [[], ['net', '3']], ['net', [''], ['a\nb'], [7]]],
  ['maxMemoryMib', [1, 2 ** 24], [0, -1, 1.5, 2 ** 24 + 1, '1']],
  ['maxTotalMemoryMib', [1, 2 ** 24], [0, -1, 1.5, 2 ** 24 + 1, '1']],
  ['maxConcurrent', [0, 1000], [-1, 1.5, 1001, '1']],
  ['maxDomains', [0, 1000], [-1, 1.5, 1001, '1']],
  ['maxDomain', [], [1]],
])('the rule %s', (rule, good, bad) => {
  for (const value of good) expect([value, isGood({ [rule]: value })]).toEqual([value, true]);
  for (const value of bad) expect([value, isGood({ [rule]: value })]).toEqual([value, false]);
});

test.each(['d', 'd.example', '_d.ex-ample', 'd'.repeat(253)])(
  '%s is certified for one host',
  (certificateName) => {
    expect(peerSchema.safeParse({ certificateName }).success).toBe(true);
  },
);

test.each(['', '*.example', 'd.', '.d', '-d', 'd-', 'd e', 'd\n', 'x d', 'd'.repeat(254)])(
  '%j is no name of one host',
  (certificateName) => {
    expect(peerSchema.safeParse({ certificateName }).success).toBe(false);
  },
);

test('a peer is known in one way, not in two, nor in none', () => {
  for (const wrong of [{}, { fingerprint, certificateName: 'd' }]) {
    const { error } = peerSchema.safeParse(wrong);
    expect(error?.issues).toMatchObject([{ message: 'must have either a fingerprint or a certificateName' }]);
  }
});

test.each([
  [{ fingerprint: 'x' }, 'must be "SHA256:" and 43 letters, as xfrd fingerprint shows it on the peer'],
  [{ fingerprint, hosts: [''] }, 'must be host names or addresses'],
  [{ fingerprint, domains: [''] }, 'must be names, patterns or UUIDs'],
  [{ fingerprint, kernels: [''] }, 'must be absolute paths of folders'],
  [{ fingerprint, disks: [''] }, 'must be absolute paths of folders'],
  [{ fingerprint, bridges: [''] }, 'must be names'],
  [{ fingerprint, scripts: [''] }, 'must be names or paths'],
  [{ fingerprint, backends: [''] }, 'must be names of domains'],
  [{ certificateName: '' }, 'must be the DNS name of one host'],
])('%j is told what it must be', (wrong, message) => {
  expect(peerSchema.safeParse(wrong).error?.issues).toMatchObject([{ message }]);
});
