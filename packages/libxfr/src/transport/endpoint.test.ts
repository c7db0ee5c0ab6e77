import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VmToolsError } from '@vm-tools/errors';
import { formatAddress, parseEndpoint } from './endpoint.ts';

test.each([
  ['b.example', 'b.example', 8002],
  ['tcp://b.example:9000', 'b.example', 9000],
  ['TCP://b', 'b', 8002],
  [' host-1_a:1 ', 'host-1_a', 1],
  ['10.0.0.2:65535', '10.0.0.2', 65_535],
  ['::1', '::1', 8002],
  ['[::1]', '::1', 8002],
  ['tcp://[fe80::1%eth0]:9000', 'fe80::1%eth0', 9000],
])('%j is a host and a port', (text, host, port) => {
  expect(parseEndpoint(text)).toEqual({ transport: 'tcp', host, port });
});

test.each([
  '',
  'tcp://',
  'b:',
  'b:0',
  'b:65536',
  'b:http',
  'b c',
  'root@b',
  'b/x',
  '-b',
  '[b]:1',
  '[::1',
  '::1]:9',
  '10.0.0.300',
  '1:2:3',
  'a\nb',
])('%j is refused with a hint', (text) => {
  const refused = { code: 'XFR_ENDPOINT_SYNTAX', kind: 'usage', hint: expect.any(String) };
  expect(() => parseEndpoint(text)).toThrow(expect.objectContaining(refused));
});

test('a transport that is not there is named', () => {
  const refused = { code: 'XFR_ENDPOINT_TRANSPORT', message: '"ssh" is no transport that is known here' };
  expect(() => parseEndpoint('ssh://b')).toThrow(expect.objectContaining(refused));
});

test('any text is an endpoint that can be written and read again, or a typed error', () => {
  const part = fc.oneof(fc.constantFrom(':', '[', ']', '::1', '.', 'tcp://', '8002'), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      try {
        const endpoint = parseEndpoint(parts.join(''));
        expect(parseEndpoint(`tcp://${formatAddress(endpoint.host, endpoint.port)}`)).toEqual(endpoint);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(VmToolsError);
      }
    }),
  );
});
