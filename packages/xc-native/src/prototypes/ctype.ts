/** The little type language in which prototypes are written: what C calls a type, and how it crosses to C. */

/** The values that may go to C and come back, by the way each crosses. */
export interface Crossings {
  readonly void: undefined;
  readonly bool: boolean;
  readonly int32: number;
  readonly uint32: number;
  /** A number only while it is exact: callers that need the whole range ask for BigInt(x). */
  readonly uint64: number | bigint;
  readonly int64: number | bigint;
  /** A path, a command line: copied for the duration of the call. */
  readonly string: string | null;
  /** An address, or a buffer whose bytes C reads and writes during the call. */
  readonly pointer: Address | Uint8Array | null;
}

/** An address in C's memory. It carries no type: the tables of prototypes are what keeps it honest. */
export type Address = bigint;

export type Crossing = keyof Crossings;

/** A type of an argument or a result, and the way in which it crosses from JavaScript to C. */
export interface CType<Way extends Crossing = Crossing> {
  /** as the header spells it; tools/abi compares it with the compiler's idea */
  readonly c: string;
  readonly crossing: Way;
}

const type = <Way extends Crossing>(c: string, crossing: Way): CType<Way> => ({ c, crossing });

export const nothing = type('void', 'void');
export const bool = type('bool', 'bool');
export const int = type('int', 'int32');
export const uint = type('unsigned int', 'uint32');
export const uint32 = type('uint32_t', 'uint32');
export const int32 = type('int32_t', 'int32');
export const uint64 = type('uint64_t', 'uint64');
export const size = type('size_t', 'uint64');
export const ulong = type('unsigned long', 'uint64');
export const offset = type('off_t', 'int64');
export const string = type('const char *', 'string');
export const pointerTo = (c: string): CType<'pointer'> => type(`${c} *`, 'pointer');

/** How a call says that it failed. */
export type Check = 'zero' | 'non-negative' | 'non-null' | 'none';

/** A function of libxc: what it takes and returns, and how it says that it has failed. */
export interface Prototype {
  readonly returns: CType;
  readonly args: readonly CType[];
  readonly check: Check;
  /** what a version of Xen takes behind the arguments that callers give, because older ones do not */
  readonly appended?: readonly (number | bigint | boolean | null)[];
}

/**
 * A prototype as a version of Xen has it: callers give and get the same for every version, so there may only be more
 * arguments at its end, with `appended` to fill them.
 */
export interface Variant<P extends Prototype> extends Prototype {
  readonly returns: P['returns'];
  readonly args: readonly [...P['args'], ...CType[]];
}

/** The functions that are taken from one shared library. */
export type PrototypeTable = Readonly<Record<string, Prototype>>;

type ArgsOf<Types extends readonly CType[]> = {
  -readonly [Index in keyof Types]: Types[Index] extends CType<infer Way> ? Crossings[Way] : never;
};

/** A result has fewer forms than an argument: a returned pointer is an address or null. */
type ResultOf<Type> = Type extends CType<infer Way> ? Exclude<Crossings[Way], Uint8Array> : never;

/** The TypeScript signature of a prototype, so that a call and its table cannot drift apart. */
export type Callable<P extends Prototype> = (...args: ArgsOf<P['args']>) => ResultOf<P['returns']>;

/** All functions of a table. */
export type Callables<Table extends PrototypeTable> = {
  readonly [Name in keyof Table]: Callable<Table[Name]>;
};
