import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentsOf } from './documents.ts';
import { addressFault, hostAddressFault } from './network.ts';
import { hostNameFault, userFault } from './names.ts';
import { seedImage } from './seed-image.ts';
import { readDisc } from './testing/read-disc.ts';

const key = 'ssh-ed25519 AAAA me@example';
const base = { instanceId: 'i-1', hostName: 'web1', sshKeys: [key] };

/** YAML reads JSON; behind the first line of user-data that is all there is. */
function parsed(text = ''): unknown {
  return JSON.parse(text.replace(/^#cloud-config\n/, ''));
}

test('keys are for the user that the image has, and the network is left to it', () => {
  const documents = documentsOf(base);
  expect(Object.keys(documents)).toEqual(['meta-data', 'user-data']);
  expect(parsed(documents['meta-data'])).toEqual({ 'instance-id': 'i-1', 'local-hostname': 'web1' });
  expect(documents['user-data']).toMatch(/^#cloud-config\n\{\n/);
  expect(parsed(documents['user-data'])).toEqual({
    hostname: 'web1',
    manage_etc_hosts: 'localhost',
    ssh_pwauth: false,
    ssh_authorized_keys: [key],
  });
});

test('or for one that is made; a full host name; a fixed address by the MAC of the device', () => {
  const network = {
    mac: '00:16:3E:00:00:77',
    address: '192.0.2.10/24',
    gateway: '192.0.2.1',
    nameservers: ['192.0.2.53'],
  };
  const documents = documentsOf({ ...base, hostName: 'web1.example', user: 'ops', network });
  expect(parsed(documents['user-data'])).toMatchObject({
    hostname: 'web1',
    fqdn: 'web1.example',
    users: [{ name: 'ops', lock_passwd: true, ssh_authorized_keys: [key] }],
  });
  expect(parsed(documents['network-config'])).toEqual({
    version: 2,
    ethernets: {
      primary: {
        match: { macaddress: '00:16:3e:00:00:77' },
        addresses: ['192.0.2.10/24'],
        routes: [{ to: '0.0.0.0/0', via: '192.0.2.1' }],
        nameservers: { addresses: ['192.0.2.53'] },
      },
    },
  });
});

test('whatever a key or a name has in it stays a value, in ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const documents = documentsOf({ ...base, instanceId: text, sshKeys: [text] });
      for (const document of Object.values(documents)) expect(document).toMatch(/^[\n\x20-\x7e]*$/);
      expect(parsed(documents['meta-data'])).toMatchObject({ 'instance-id': text });
      expect(parsed(documents['user-data'])).toMatchObject({ ssh_authorized_keys: [text] });
    }),
  );
});

test('the disc has the documents, under the label that cloud-init looks for', () => {
  const { label, files } = readDisc(seedImage(base, new Date(0)));
  expect(label).toBe('cidata');
  expect(files.get('user-data')?.toString()).toBe(documentsOf(base)['user-data']);
  expect(files.get('meta-data')?.toString()).toBe(documentsOf(base)['meta-data']);
});

test.each([
  ['web1', true],
  ['web-1.example.org', true],
  ['1web', true],
  ['-web', false],
  ['web-', false],
  ['web_1', false],
  ['web 1', false],
  ['', false],
  ['a..b', false],
  ['x'.repeat(64), false],
  [`${'x.'.repeat(127)}x`, false],
])('host name %j: %s', (name, isGood) => {
  expect(hostNameFault(name) === undefined).toBe(isGood);
});

test.each([
  ['ops', true],
  ['_ops-2', true],
  ['root', false],
  ['Ops', false],
  ['2ops', false],
  ['ops: x', false],
  ['', false],
])('user %j: %s', (name, isGood) => {
  expect(userFault(name) === undefined).toBe(isGood);
});

test.each([
  ['192.0.2.10/24', true],
  ['2001:db8::10/64', true],
  ['192.0.2.10', false],
  ['192.0.2.10/33', false],
  ['192.0.2.10/0', false],
  ['192.0.2/24', false],
  ['2001:db8::10/129', false],
  ['dhcp', false],
])('address %j: %s', (text, isGood) => {
  expect(addressFault(text) === undefined).toBe(isGood);
});

test('an address alone has no prefix', () => {
  expect(hostAddressFault('192.0.2.1')).toBeUndefined();
  expect(hostAddressFault('2001:db8::1')).toBeUndefined();
  expect(hostAddressFault('192.0.2.1/24')).toMatch(/^must be/);
});
