import ts from 'typescript';
import { mergeUnion } from './merge-union.ts';
import { nameOf } from './name-of.ts';
import type { RootSchema, Schema } from './schema.ts';

/** The version of JSON Schema. */
const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The schema of what `JSON.stringify` makes of a value: what is undefined and what is a function is not there, and of
 * a class with `toJSON` it is what that gives. Other fields than those of the type are refused.
 *
 * @throws Error for a type that has no JSON, such as bigint, with its place
 */
export function toSchema(
  type: ts.Type,
  checker: ts.TypeChecker,
  { title, description }: { readonly title: string; readonly description: string },
): RootSchema {
  const defs = new Map<string, Schema>();
  const keys = new Map<ts.Type, string>();

  function convert(of: ts.Type, path: string): Schema {
    const json = printed(of, path);
    const name = nameOf(json);
    if (name === undefined) return expand(json, path);
    const key = keys.get(json) ?? define(json, name, path);
    return { $ref: `#/$defs/${key}` };
  }

  /** What `JSON.stringify` takes in its place. */
  function printed(of: ts.Type, path: string): ts.Type {
    const symbol = checker.getPropertyOfType(of, 'toJSON');
    if (symbol === undefined) return of;
    const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
    if (signature === undefined) throw new Error(`${path}.toJSON is no function`);
    return signature.getReturnType();
  }

  /** A type may contain itself: it has its key before it has its schema. */
  function define(of: ts.Type, name: string, path: string): string {
    let key = name;
    for (let number = 2; defs.has(key); number += 1) key = `${name}${number}`;
    keys.set(of, key);
    defs.set(key, {});
    defs.set(key, { ...describe(of.aliasSymbol ?? of.getSymbol()), ...expand(of, path) });
    return key;
  }

  function expand(of: ts.Type, path: string): Schema {
    const { flags } = of;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (of.isStringLiteral() || of.isNumberLiteral()) return { const: of.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(of) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (of.isUnion()) return mergeUnion(of.types.filter(isThere).map((part) => convert(part, path)));
    if (checker.isTupleType(of)) return tuple(checker.getTypeArguments(of as ts.TypeReference), path);
    if (checker.isArrayType(of)) {
      const elements = checker.getTypeArguments(of as ts.TypeReference);
      return { type: 'array', items: mergeUnion(elements.map((each) => convert(each, `${path}[]`))) };
    }
    if (flags & ts.TypeFlags.NonPrimitive) return { type: 'object' };
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return object(of, path);
    throw new Error(`${path}: ${checker.typeToString(of)} has no JSON`);
  }

  function tuple(elements: readonly ts.Type[], path: string): Schema {
    const parts = elements.map((each, index) => convert(each, `${path}[${index}]`));
    return { type: 'array', prefixItems: parts, items: false, minItems: parts.length };
  }

  function object(of: ts.Type, path: string): Schema {
    const fields = checker.getPropertiesOfType(of).flatMap((symbol) => {
      const type = checker.getTypeOfSymbol(symbol);
      return isPrinted(symbol, type) ? [{ symbol, type, name: symbol.getName() }] : [];
    });
    fields.sort((a, b) => compare(a.name, b.name));
    const properties = fields.map(({ symbol, type, name }) => {
      const schema = convert(type, `${path}.${name}`);
      return [name, { ...describe(symbol), ...schema }] as const;
    });
    const required = fields.filter(({ symbol, type }) => !mayLack(symbol, type)).map(({ name }) => name);
    const others = checker.getIndexInfoOfType(of, ts.IndexKind.String);
    return {
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
      additionalProperties: others === undefined ? false : convert(others.type, `${path}.*`),
    };
  }

  function describe(symbol: ts.Symbol | undefined): Pick<Schema, 'description'> {
    const parts = symbol?.getDocumentationComment(checker) ?? [];
    const text = ts.displayPartsToString(parts).replaceAll(/\s+/g, ' ').trim();
    return text === '' ? {} : { description: text };
  }

  const schema = convert(type, title);
  return {
    $schema: DRAFT,
    title,
    description,
    ...schema,
    ...(defs.size > 0 && { $defs: Object.fromEntries([...defs].sort(([a], [b]) => compare(a, b))) }),
  };
}

/** The compiler has its own order of what a type consists of, which may change with any other type. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const NOTHING: ts.TypeFlags = ts.TypeFlags.Undefined | ts.TypeFlags.Void;

const isThere = ({ flags }: ts.Type): boolean => (flags & NOTHING) === 0;

/** A method, a symbol and what is always undefined are left out. */
function isPrinted(symbol: ts.Symbol, type: ts.Type): boolean {
  const isEmpty = !isThere(type) || (type.flags & ts.TypeFlags.Never) !== 0;
  return !isEmpty && !symbol.getName().startsWith('__@') && type.getCallSignatures().length === 0;
}

function mayLack(symbol: ts.Symbol, type: ts.Type): boolean {
  const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
  return (
    isOptional || (type.isUnion() && !type.types.every(isThere)) || (type.flags & ts.TypeFlags.Unknown) !== 0
  );
}
