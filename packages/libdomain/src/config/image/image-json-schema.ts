import { SIZE_PATTERN } from '@vm-tools/words';
import { IMAGE_ABOUT, IMAGE_FIELD_NAMES, IMAGE_FIELDS, type ImageFieldSpec } from './image-fields.ts';

/** What `image` may be, as JSON Schema. What addresses and names are possible it does not say. */
export function imageJsonSchema(): object {
  const specs = IMAGE_FIELD_NAMES.map((name): readonly [string, ImageFieldSpec] => [
    name,
    IMAGE_FIELDS[name],
  ]);
  const property = ({ about, isSize = false }: ImageFieldSpec): object => ({
    description: about,
    type: 'string',
    ...(isSize ? { pattern: SIZE_PATTERN } : { minLength: 1 }),
  });
  return {
    description: IMAGE_ABOUT,
    type: 'object',
    properties: Object.fromEntries(specs.map(([name, spec]) => [name, property(spec)])),
    required: specs.filter(([, { isNeeded }]) => isNeeded === true).map(([name]) => name),
    additionalProperties: false,
  };
}
