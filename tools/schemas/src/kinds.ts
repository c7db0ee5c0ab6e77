import type { RootSchema, Schema } from './convert/schema.ts';

/** What values a field has in the schemas in which it is: "number", "string", …; configurations have words of xl. */
export function kindsOfFields(schemas: Iterable<RootSchema>): ReadonlyMap<string, ReadonlySet<string>> {
  const kinds = new Map<string, Set<string>>();
  const visit = (schema: Schema, root: RootSchema): void => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      const known = kinds.get(name) ?? new Set();
      for (const kind of kindsOf(field, root)) known.add(kind);
      kinds.set(name, known);
    }
    for (const part of partsOf(schema)) visit(part, root);
  };
  for (const root of schemas) {
    visit(root, root);
    for (const [name, def] of Object.entries(root.$defs ?? {})) if (!isOfXl(name)) visit(def, root);
  }
  return kinds;
}

const isOfXl = (name: string): boolean => /(?:DomainConfig|ConfigDocument)$/.test(name);

function partsOf(schema: Schema): readonly Schema[] {
  const { properties = {}, items, prefixItems = [], anyOf = [], additionalProperties: others } = schema;
  const parts = [...Object.values(properties), ...prefixItems, ...anyOf];
  return [...parts, ...[items, others].filter((part) => typeof part === 'object')];
}

function kindsOf(schema: Schema, root: RootSchema): readonly string[] {
  const { $ref, anyOf, type, const: only, enum: words } = schema;
  if ($ref !== undefined) return kindsOf(root.$defs?.[$ref.replace('#/$defs/', '')] ?? {}, root);
  if (anyOf !== undefined) return anyOf.flatMap((part) => kindsOf(part, root));
  if (type !== undefined) return type === 'null' ? [] : [type];
  return [...(only === undefined ? [] : [only]), ...(words ?? [])].map((word) => typeof word);
}
