import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { IMAGE_ABOUT, IMAGE_FIELD_NAMES, IMAGE_FIELDS, IMAGE_KEY } from './image/image-fields.ts';
import { imageReader } from './image/image-reader.ts';
import { FIELDS, KEYS } from './keys/keys.ts';
import { configJsonSchema } from './json-schema.ts';
import { parseConfig } from './parse-config.ts';

const schema = z.fromJSONSchema(configJsonSchema());
const LEAST = { name: 'web1', kernel: '/boot/vmlinuz', memory: 512 };

test('it has each key with what it is, and asks for those without a default', () => {
  const { properties, required } = configJsonSchema() as {
    properties: Record<string, { description: string }>;
    required: string[];
  };
  expect(Object.keys(properties)).toEqual([...FIELDS.map((field) => KEYS[field].json), IMAGE_KEY]);
  for (const field of FIELDS) expect(properties[KEYS[field].json]?.description).toBe(KEYS[field].about);
  expect(required).toEqual(['name', 'memory']);
});

test.each<[string, object, boolean]>([
  ['the least', {}, true],
  ['all', { type: 'pvh', maxMemory: '2 GiB', vcpus: 2, cmdline: 'quiet', onCrash: 'preserve' }, true],
  ['units of 1024 and of 1000', { memory: '1.5G', maxMemory: '2GB' }, true],
  ['a unit that is none', { memory: '512Mbit' }, false],
  ['parts of a number alone', { memory: 1.5 }, false],
  ['an action that is none', { onReboot: 'reboot' }, false],
  ['processors', { vcpus: 2, cpus: '0-3,^1', cpusSoft: [[1, 2], 'all'], cpuWeight: 512, cap: 50 }, true],
  ['processors that are none', { vcpus: 2, cpus: [1, 2] }, false],
  ['too many vCPUs', { vcpus: 129 }, false],
  [
    'devices',
    { disks: ['/a,raw,xvda', { target: '/b', vdev: 'xvdb' }], networks: [{ mtu: 9000 }, ''] },
    true,
  ],
  ['a disk that is none', { disks: [{ target: '/b' }] }, false],
  ['a key that no disk has', { disks: [{ target: '/b', vdev: 'xvda', mode: 'w' }] }, false],
  ['an unknown key', { vcpu: 2 }, false],
])('it says of %s what the reader says', (_what, more, isValid) => {
  const config = { ...LEAST, ...more };
  expect(schema.safeParse(config).success).toBe(isValid);
  const read = (): unknown => parseConfig(JSON.stringify(config), 'web1.json');
  if (isValid) expect(read).not.toThrow();
  else expect(read).toThrow();
});

const IMAGE = { file: 'debian.qcow2', sshKey: 'id.pub' };

test.each<[string, unknown, boolean]>([
  ['the least of an image', IMAGE, true],
  [
    'all of an image',
    {
      ...IMAGE,
      disk: '1.5G',
      user: 'ops',
      hostname: 'w',
      ip: '10.0.0.2/24',
      gateway: '10.0.0.1',
      dns: '10.0.0.1',
    },
    true,
  ],
  ['a path alone', 'debian.qcow2', false],
  ['an image without a file', { sshKey: 'id.pub' }, false],
  ['an image without a key', { file: 'debian.qcow2' }, false],
  ['an image with a disk of no size', { ...IMAGE, disk: 'large' }, false],
  ['an image with a number', { ...IMAGE, disk: 20 }, false],
  ['an image with an empty text', { ...IMAGE, user: '' }, false],
  ['an image with an unknown field', { ...IMAGE, sshkey: 'id.pub' }, false],
])('it says of %s what its reader says', (_what, image, isValid) => {
  const config = { name: 'web1', memory: '2G', image };
  expect(schema.safeParse(config).success).toBe(isValid);
  const { prepare } = imageReader('/');
  const read = (): unknown => parseConfig(JSON.stringify(config), 'web1.json', { prepare });
  if (isValid) expect(read).not.toThrow();
  else expect(read).toThrow('web1.json:1:');
});

test('it has each field of an image with what that is', () => {
  const { properties } = configJsonSchema() as {
    properties: Record<string, { description: string; properties: Record<string, { description: string }> }>;
  };
  const image = properties[IMAGE_KEY];
  expect(image?.description).toBe(IMAGE_ABOUT);
  expect(Object.keys(image?.properties ?? {})).toEqual(IMAGE_FIELD_NAMES);
  for (const name of IMAGE_FIELD_NAMES)
    expect(image?.properties[name]?.description).toBe(IMAGE_FIELDS[name].about);
});

test('a file may name its schema', () => {
  const text = JSON.stringify({ $schema: './domain.schema.json', ...LEAST });
  expect(parseConfig(text, 'web1.json')).toMatchObject({ name: 'web1' });
});
