/** A part of a JSON Schema, draft 2020-12: of its words those that results need. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly format?: 'date-time';
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

/** The schema of a document. */
export interface RootSchema extends Schema {
  readonly $schema: string;
  readonly title: string;
  /** by the names of their types */
  readonly $defs?: Readonly<Record<string, Schema>>;
}
