import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { parseConfig } from '@vm-tools/libdomain';
import { IMAGE_FIELD_NAMES, imageReader } from '@vm-tools/libdomain/image';
import { ROOT } from '../root.ts';
import {
  configPage,
  IMAGE_EXAMPLE,
  JSON_EXAMPLE,
  readDomainKeys,
  readImageWords,
  XL_EXAMPLE,
} from './config-page.ts';
import { readExample } from './toml-example.ts';
import { xfrdPage } from './xfrd-page.ts';

const EDITION = { version: '1.2.3', date: 'March 1, 2026' };

test('the page of configurations has all keys, by the names of both formats', async () => {
  const { text } = await configPage(EDITION);
  const keys = await readDomainKeys();
  expect(keys.length).toBeGreaterThan(35);
  for (const { json, xl } of keys)
    expect(text).toContain(`\n.It Ic ${json}${xl === json ? '' : ` , ${xl}`}\n`);
});

test('its two examples are one and the same domain', () => {
  const [fromJson, fromXl] = [JSON_EXAMPLE, XL_EXAMPLE].map((text) => parseConfig(text, 'example'));
  expect(fromJson).toMatchObject({ name: 'web1', memoryKib: 2 ** 21, vcpus: 2 });
  expect(fromXl).toEqual(fromJson);
});

test('it has all that may be said of an image, and an example that is read', async () => {
  const { text } = await configPage(EDITION);
  expect(Object.keys((await readImageWords()).IMAGE_FIELDS)).toEqual(IMAGE_FIELD_NAMES);
  for (const name of IMAGE_FIELD_NAMES) expect(text).toContain(`\n.It Ic ${name}\n`);
  const reader = imageReader('/');
  const config = parseConfig(IMAGE_EXAMPLE, 'example', { prepare: reader.prepare });
  expect(config).toMatchObject({ name: 'web1', type: 'pvh' });
  expect(reader.found()?.section.diskBytes).toBe(20 * 1024 ** 3);
});

/** The part of the schema of xfrd.toml at which this looks: tables are wrapped. */
interface Schema {
  readonly shape: Readonly<Record<string, { readonly unwrap?: () => Partial<Schema> }>>;
}

test('the page of xfrd.toml has all keys and tables that xfrd reads', async () => {
  const text = (await xfrdPage(EDITION)).text.replaceAll('\\-', '-');
  const { configSchema } = (await import(join(ROOT, 'packages/xfrd/src/config/schema.ts'))) as {
    readonly configSchema: Schema;
  };
  const names = Object.entries(configSchema.shape);
  expect(names.length).toBeGreaterThan(7);
  for (const [name, value] of names) {
    const inner = value.unwrap?.().shape;
    expect(text).toContain(inner === undefined ? `\n.It Ic ${name}\n` : `\n.Ss [${name}]\n`);
    for (const key of Object.keys(inner ?? {})) expect(text).toContain(`\n.It Ic ${key}\n`);
  }
});

test('an example of TOML is taken apart', () => {
  const text = '# Of all.\n\n# Of a.\na = 1\n\n#b = 2 # two\n#b = 3\n\n# Of t.\n[t]\nc = "x"   # of c\n';
  expect(readExample(text)).toEqual([
    {
      about: 'Of all.',
      keys: [
        { name: 'a', values: ['1'], isDefault: true, about: 'Of a.' },
        { name: 'b', values: ['2', '3'], isDefault: false, about: 'two' },
      ],
    },
    { name: 't', about: 'Of t.', keys: [{ name: 'c', values: ['"x"'], isDefault: true, about: 'of c' }] },
  ]);
});
