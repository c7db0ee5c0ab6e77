import { int, nothing, pointerTo, uint, uint32 } from './ctype.ts';
import type { CType, Crossing, Crossings } from './ctype.ts';
import type { StructName, StructValues } from '../versions/structs.ts';

/** A struct that C passes by value: libxc hands `struct precopy_stats` to its policy that way. */
export interface StructByValue<Name extends StructName = StructName> {
  readonly c: string;
  readonly crossing: 'struct';
  readonly layout: Name;
}

type CallbackType = CType | StructByValue;

/** A function of ours that C calls, and where C says what it is like. */
export interface CallbackPrototype {
  readonly returns: CType;
  readonly args: readonly CallbackType[];
  /** where C names its type: a struct and a member of it, or a typedef; tools/abi compares the types */
  readonly named: readonly [struct: string, member: string] | readonly [typedef: string];
}

const data = pointerTo('void');
const level: CType<'uint32'> = { c: 'xentoollog_level', crossing: 'uint32' };
const chars = pointerTo('const char');
const vaList: CType<'pointer'> = { c: 'va_list', crossing: 'pointer' };
const stats: StructByValue<'precopy_stats'> = {
  c: 'struct precopy_stats',
  crossing: 'struct',
  layout: 'precopy_stats',
};

/** Everything that libxc calls back. */
export const CALLBACKS = {
  vmessage: {
    returns: nothing,
    args: [pointerTo('struct xentoollog_logger'), level, int, chars, chars, vaList],
    named: ['struct xentoollog_logger', 'vmessage'],
  },
  suspend: { returns: int, args: [data], named: ['struct save_callbacks', 'suspend'] },
  precopy_policy: { returns: int, args: [stats, data], named: ['struct save_callbacks', 'precopy_policy'] },
  switch_qemu_logdirty: {
    returns: int,
    args: [uint32, uint, data],
    named: ['struct save_callbacks', 'switch_qemu_logdirty'],
  },
  static_data_done: {
    returns: int,
    args: [uint, data],
    named: ['struct restore_callbacks', 'static_data_done'],
  },
  dump_rtn: {
    returns: int,
    args: [pointerTo('xc_interface'), data, pointerTo('char'), uint],
    named: ['dumpcore_rtn_t'],
  },
} as const satisfies Record<string, CallbackPrototype>;

export type CallbackName = keyof typeof CALLBACKS;

/** The same callbacks as a version of Xen makes them, perhaps with more arguments at the end. */
export type CallbackPrototypes = {
  readonly [Name in CallbackName]: CallbackPrototype & {
    readonly returns: (typeof CALLBACKS)[Name]['returns'];
    readonly args: readonly [...(typeof CALLBACKS)[Name]['args'], ...CallbackType[]];
  };
};

/** koffi gives 64 bits as a number while that is exact. */
type Loose<Value> = Value extends bigint ? number | bigint : Value;

type GivenBy<Type> =
  Type extends StructByValue<infer Name>
    ? { readonly [Key in keyof StructValues<Name>]: Loose<StructValues<Name>[Key]> }
    : Type extends CType<infer Way extends Crossing>
      ? Exclude<Crossings[Way], Uint8Array>
      : never;

type GivenByAll<Types extends readonly CallbackType[]> = {
  -readonly [Index in keyof Types]: GivenBy<Types[Index]>;
};

/** The TypeScript function that can stand behind a callback. */
export type CallbackFunction<Name extends CallbackName> = (
  ...args: GivenByAll<(typeof CALLBACKS)[Name]['args']>
) => GivenBy<(typeof CALLBACKS)[Name]['returns']>;
