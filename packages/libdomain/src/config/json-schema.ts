import { SIZE_PATTERN } from '@vm-tools/words';
import * as z from 'zod';
import { IMAGE_KEY } from './image/image-fields.ts';
import { imageJsonSchema } from './image/image-json-schema.ts';
import { FIELDS, KEYS, type Field } from './keys/keys.ts';
import { MAX_MEMORY_KIB } from './keys/values.ts';

/** Memory as JSON has it: MiB, or a text with a unit. */
const MEMORY = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: MAX_MEMORY_KIB / 1024 },
    { type: 'string', pattern: SIZE_PATTERN },
  ],
};

/**
 * The JSON Schema (2020-12) of a configuration in JSON, for editors and for programs in other languages. It follows
 * from the tables of keys and of what is said of an image. What it allows may still be refused: that there is a kernel or a
 * bootloader, or that a name is possible, it does not say.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What a new domain is to be',
    type: 'object',
    properties: {
      ...Object.fromEntries(FIELDS.map((field) => [KEYS[field].json, propertyOf(field)])),
      [IMAGE_KEY]: imageJsonSchema(),
    },
    required: FIELDS.filter(isRequired).map((field) => KEYS[field].json),
    additionalProperties: false,
  };
}

function propertyOf(field: Field): object {
  const { kind, schema, about } = KEYS[field];
  if (kind === 'memory') return { description: about, ...MEMORY };
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io: 'input' });
  if (kind === 'processors') {
    const lists = { ...own, items: { anyOf: [own.items, { type: 'string' }] } };
    return { description: about, anyOf: [{ type: 'string' }, lists] };
  }
  if (kind === 'devices') {
    const device = { anyOf: [own.items, { type: 'string' }] };
    return { description: about, ...own, items: device };
  }
  return { description: about, ...own };
}

function isRequired(field: Field): boolean {
  return !z.object({ [field]: KEYS[field].schema }).safeParse({}).success;
}
