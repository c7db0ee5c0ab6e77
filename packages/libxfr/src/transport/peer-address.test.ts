import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { formatPeerAddress, parsePeerAddress, type PeerAddress } from './peer-address.ts';

test.each<[string, PeerAddress]>([
  ['b.example', { transport: 'tls', host: 'b.example', port: 8002 }],
  ['tls://b:9000', { transport: 'tls', host: 'b', port: 9000 }],
  ['::1', { transport: 'tls', host: '::1', port: 8002 }],
  ['TCP://[::1]:1', { transport: 'tcp', host: '::1', port: 1 }],
  [' unix:///run/xfrd.sock ', { transport: 'unix', path: '/run/xfrd.sock' }],
  ['ssh://b', { transport: 'ssh', host: 'b', program: 'xfrd' }],
  [
    'ssh://root@b.example:2222/usr/local/bin/xfrd',
    { transport: 'ssh', user: 'root', host: 'b.example', port: 2222, program: '/usr/local/bin/xfrd' },
  ],
  ['ssh://[::1]/xfrd', { transport: 'ssh', host: '::1', program: '/xfrd' }],
  ['ssh://[::1]:22', { transport: 'ssh', host: '::1', port: 22, program: 'xfrd' }],
  ['ssh://::1', { transport: 'ssh', host: '::1', program: 'xfrd' }],
  ['fd://3', { transport: 'fd', read: 3, write: 3 }],
  ['fd://0,1', { transport: 'fd', read: 0, write: 1 }],
])('%j', (text, address) => {
  expect(parsePeerAddress(text)).toEqual(address);
  expect(parsePeerAddress(formatPeerAddress(address))).toEqual(address);
});

test.each([
  '',
  'tls://',
  'tls://root@b',
  'unix://run/x',
  'unix://',
  `unix:///${'x'.repeat(107)}`,
  'unix:///a\0b',
  'ssh://',
  'ssh://-oProxyCommand=x',
  'ssh://-l@b',
  'ssh://b/x;reboot',
  'ssh://b/$(reboot)',
  'ssh://b/a b',
  'ssh://a@b@c',
  'fd://',
  'fd://x',
  'fd://1,2,3',
  'fd://-1',
])('%j is refused with a hint', (text) => {
  const refused = { code: 'XFR_ENDPOINT_SYNTAX', kind: 'usage', hint: expect.any(String) };
  expect(() => parsePeerAddress(text)).toThrow(expect.objectContaining(refused));
});

test('a transport that is not there is named', () => {
  const refused = { code: 'XFR_ENDPOINT_TRANSPORT', kind: 'usage', hint: expect.stringContaining('ssh://') };
  expect(() => parsePeerAddress('rdma://b')).toThrow(expect.objectContaining(refused));
});

test('any text is an address that can be written and read again, or a typed error', () => {
  const words = ['tls://', 'ssh://', 'unix://', 'fd://', '/', '@', ':', ',', '[', ']', '::1', 'b', '22', '-'];
  const part = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      try {
        const address = parsePeerAddress(parts.join(''));
        expect(parsePeerAddress(formatPeerAddress(address))).toEqual(address);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(VmToolsError);
      }
    }),
  );
});
