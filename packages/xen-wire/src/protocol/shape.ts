/**
 * The shape of a value that the other side has sent: gives the value without what is not known of it, or says what is
 * wrong. Not a library's schemas: a tool that lists domains would spend more time on making those than on its list.
 */
export type Shape<T> = (value: unknown) => T;

/** The type of the values that have a shape. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** A value does not have the shape that it should. */
export class Misshapen extends Error {
  /** Names of fields and indexes, from the outermost. */
  readonly path: (string | number)[] = [];

  override get message(): string {
    return this.path.length === 0 ? this.#what : `${this.#what}, at ${this.path.join('.')}`;
  }

  readonly #what: string;

  constructor(what: string) {
    super();
    this.#what = what;
  }
}

function shape<T>(what: string, has: (value: unknown) => boolean): Shape<T> {
  return (value) => {
    if (has(value)) return value as T;
    throw new Misshapen(`${what} is expected, and not ${kindOf(value)}`);
  };
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

export const text = shape<string>('a text', (value) => typeof value === 'string');
export const boolean = shape<boolean>('true or false', (value) => typeof value === 'boolean');
export const bigint = shape<bigint>('a bigint', (value) => typeof value === 'bigint');
export const nothing = shape<undefined>('nothing', (value) => value === undefined);
/** As JSON has them. */
export const number = shape<number>('a number', Number.isFinite);
export const anything: Shape<unknown> = (value) => value;

/** A whole number of this range that a JavaScript number holds exactly. */
export const integer = (least: number, most: number = Number.MAX_SAFE_INTEGER): Shape<number> =>
  shape(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  );

export const oneOf = <const T extends string | number>(words: readonly T[]): Shape<T> =>
  shape(`one of ${words.join(', ')}`, (value) => (words as readonly unknown[]).includes(value));

export const bytes = (most: number): Shape<Uint8Array> =>
  shape(`at most ${most} bytes`, (value) => value instanceof Uint8Array && value.length <= most);

/** What a function of ours takes for one. */
export const checked = <T>(what: string, is: (value: unknown) => value is T): Shape<T> => shape(what, is);

/** A value, or undefined. */
export const maybe =
  <T>(of: Shape<T>): Shape<T | undefined> =>
  (value) =>
    value === undefined ? undefined : of(value);

export const list =
  <T>(of: Shape<T>, most: number = Infinity): Shape<T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > most)
      throw new Misshapen(`a list is expected, of no more than ${most}, and not ${kindOf(value)}`);
    return value.map((item: unknown, index) => at(index, of, item));
  };

/** A list of exactly these. */
export const tuple =
  <T extends unknown[]>(...of: { readonly [I in keyof T]: Shape<T[I]> }): Shape<T> =>
  (value) => {
    if (!Array.isArray(value) || value.length !== of.length)
      throw new Misshapen(`a list of ${of.length} is expected, and not ${kindOf(value)}`);
    return of.map((item, index) => at(index, item, value[index])) as unknown as T;
  };

/** Any names, each with such a value. */
export const dictionary =
  <T>(of: Shape<T>): Shape<Record<string, T>> =>
  (value) =>
    Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, item]) => [name, at(name, of, item)]));

type Shapes<T> = { readonly [Name in keyof T]: Shape<T[Name]> };

/**
 * An object with these fields; others are left out.
 *
 * @param optional left out when they are not there
 */
export const object = <T extends object, O extends object = object>(
  required: Shapes<T>,
  optional?: Shapes<O>,
): Shape<T & Partial<O>> => {
  const always = Object.entries<Shape<unknown>>(required);
  const sometimes = Object.entries<Shape<unknown>>(optional ?? {});
  return (value) => {
    const fields = fieldsOf(value);
    const read: Record<string, unknown> = {};
    for (const [name, of] of always) read[name] = at(name, of, fields[name]);
    for (const [name, of] of sometimes)
      if (fields[name] !== undefined) read[name] = at(name, of, fields[name]);
    return read as T & Partial<O>;
  };
};

/** Objects of several kinds; the field `key` says which. */
export const variant =
  <const Key extends string, Kinds extends Readonly<Record<string, Shape<object>>>>(
    key: Key,
    kinds: Kinds,
  ): Shape<
    { [Kind in keyof Kinds & string]: { readonly [K in Key]: Kind } & Shaped<Kinds[Kind]> }[keyof Kinds &
      string]
  > =>
  (value) => {
    const kind = fieldsOf(value)[key];
    const of = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (of === undefined)
      throw new Misshapen(`${key} must be one of ${Object.keys(kinds).join(', ')}, and not ${kindOf(kind)}`);
    return { [key]: kind, ...of(value) } as never;
  };

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new Misshapen(`an object is expected, and not ${kindOf(value)}`);
}

/** Reads a part of a value; what is wrong there tells where it was. */
function at<T>(place: string | number, of: Shape<T>, part: unknown): T {
  try {
    return of(part);
  } catch (thrown) {
    if (thrown instanceof Misshapen) thrown.path.unshift(place);
    throw thrown;
  }
}
