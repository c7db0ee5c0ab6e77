import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { domainConfigSchema } from '../schema.ts';
import { FOREIGN_KEYS, FORGOTTEN_KEYS } from './foreign.ts';
import { FIELDS, KEYS, type Field } from './keys.ts';

test('the README has a row for each key', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const rows = readme
    .match(/^\| `\w+` +\| `\w+` +\| `[\w.]+` .*$/gm)
    ?.map((row) => row.replaceAll(/ +/g, ' '));
  expect(rows).toEqual(
    FIELDS.map((field) => {
      const { json, xl, libxl, about } = KEYS[field];
      return `| \`${json}\` | \`${xl}\` | \`${libxl}\` | ${about} |`;
    }),
  );
});

/** Fields that stay absent where nothing is said. */
const WITHOUT_DEFAULT: readonly Field[] = [
  ...(['uuid', 'ramdisk', 'bootloader', 'bootloaderArgs'] as const),
  ...([
    'cpus',
    'cpusSoft',
    'cpuWeight',
    'cap',
    'pool',
    'timerMode',
    'noMigrate',
    'hap',
    'shadowMemoryKib',
    'driverDomain',
    'nestedHvm',
    'vpmu',
    'msrRelaxed',
    'cpuPolicy',
    'cpuid',
  ] as const),
  ...(['maxGrantFrames', 'maxMaptrackFrames', 'maxGrantVersion', 'maxEventChannels'] as const),
];

test('a key has one meaning', () => {
  const own = FIELDS.map((field) => KEYS[field].xl as string);
  expect(new Set(own).size).toBe(own.length);
  expect(own.filter((key) => Object.hasOwn(FOREIGN_KEYS, key) || FORGOTTEN_KEYS.includes(key))).toEqual([]);
  expect(Object.keys(domainConfigSchema.parse({ name: 'a', kernel: '/k', memoryKib: 1024 })).sort()).toEqual(
    FIELDS.filter((field) => !WITHOUT_DEFAULT.includes(field)).sort(),
  );
});
