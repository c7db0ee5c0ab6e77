import { VmToolsError, messageOf } from '@vm-tools/errors';
import { loadKoffi, type Koffi, type TypeObject } from '@vm-tools/libc/koffi';
import type { Field, FieldType } from '../abi/layout.ts';
import type { CallbackFunction, CallbackName, StructByValue } from '../prototypes/callbacks.ts';
import type { Address, Crossing, PrototypeTable } from '../prototypes/ctype.ts';
import type { Functions, Libraries, LibraryName } from '../prototypes/index.ts';
import type { VersionSupport } from '../versions/shape.ts';
import type { Layouts } from '../versions/structs.ts';
import { guardArguments } from './guard.ts';

/** Memory that C may keep an address of: it does not move, and lives until it is freed. */
export interface Memory {
  readonly address: Address;
  readonly bytes: Buffer;
  free(): void;
}

/** A function of ours with an address that C can call, until it is released. Slots are few: do release it. */
export interface CallbackHandle {
  readonly address: Address;
  release(): void;
}

/** All that the rest of this package knows of foreign functions. */
export interface Native {
  readonly functions: Functions;
  /** errno as the last call left it */
  errno(): number;
  clearErrno(): void;
  /** Zeroed. */
  alloc(bytes: number): Memory;
  /** Bytes of C's own memory, in place: reading or writing them after C freed them is a crash. */
  view(address: Address, bytes: number): Buffer;
  callback<Name extends CallbackName>(name: Name, body: CallbackFunction<Name>): CallbackHandle;
}

/**
 * Loads koffi and the libraries; each function of the tables is bound by its first call, which throws
 * XEN_LIBRARY_MISMATCH where the library lacks it. koffi's names of types live as long as the process, so all types here
 * are anonymous.
 * @throws VmToolsError XEN_LIBRARY_MISSING or XEN_KOFFI_MISSING, kind 'no-xen'
 */
export async function loadNative(libraries: Libraries, support: VersionSupport): Promise<Native> {
  const koffi = await importKoffi();
  return {
    functions: bindAll(koffi, libraries, support),
    errno: () => koffi.errno(),
    clearErrno: () => void koffi.errno(0),
    alloc: (bytes) => {
      const address = koffi.alloc('uint8_t', bytes) as Address;
      const memory = Buffer.from(koffi.view(address, bytes)).fill(0);
      return { address, bytes: memory, free: () => koffi.free(address) };
    },
    view: (address, bytes) => Buffer.from(koffi.view(address, bytes)),
    callback: (name, body) => {
      const address = koffi.register(body, koffi.pointer(callbackType(koffi, support, name)));
      return { address, release: () => koffi.unregister(address) };
    },
  };
}

async function importKoffi(): Promise<Koffi> {
  try {
    return await loadKoffi();
  } catch (error) {
    throw new VmToolsError({
      code: 'XEN_KOFFI_MISSING',
      kind: 'no-xen',
      message: `koffi, which calls Xen's libraries, could not be loaded: ${messageOf(error)}`,
      hint: 'install koffi with its prebuilt part for this platform; npm leaves it out with --omit=optional',
      cause: error,
    });
  }
}

const KOFFI_NAMES: Readonly<Record<Crossing, string>> = {
  void: 'void',
  bool: 'bool',
  int32: 'int32_t',
  uint32: 'uint32_t',
  uint64: 'uint64_t',
  int64: 'int64_t',
  string: 'str',
  pointer: 'void *',
};

/** Members of a struct passed by value; koffi gives those of 64 bits as numbers when they are small. */
const STRUCT_MEMBERS: Readonly<Record<FieldType, string>> = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  u32: 'uint32_t',
  i32: 'int32_t',
  u64: 'uint64_t',
  i64: 'int64_t',
  pointer: 'void *',
  uuid: 'uint8_t [16]',
};

function bindAll(koffi: Koffi, libraries: Libraries, { prototypes }: VersionSupport): Functions {
  const bound: Record<string, unknown> = {};
  for (const [library, table] of Object.entries<PrototypeTable>(prototypes)) {
    const soname = libraries[library as LibraryName];
    const handle = attempt('XEN_LIBRARY_MISSING', soname, () => koffi.load(soname));
    for (const [name, { returns, args, appended = [] }] of Object.entries(table)) {
      // Few of them are called: to bind all takes a tenth of the time of a short command.
      let call: ((...values: unknown[]) => unknown) | undefined;
      bound[name] = (...given: unknown[]): unknown => {
        const values = [...given, ...appended];
        guardArguments(name, args, values);
        call ??= attempt('XEN_LIBRARY_MISMATCH', soname, () => {
          const types = args.map(({ crossing }) => KOFFI_NAMES[crossing]);
          return handle.func(name, KOFFI_NAMES[returns.crossing], types) as (...given: unknown[]) => unknown;
        });
        return call(...values);
      };
    }
  }
  return bound as Functions;
}

function attempt<T>(code: string, soname: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new VmToolsError({
      code,
      kind: 'no-xen',
      message: `${soname}: ${messageOf(error)}`,
      hint: 'see whether the libraries that belong to the running Xen are installed, and no others before them',
      details: { library: soname },
      cause: error,
    });
  }
}

function callbackType(koffi: Koffi, { callbacks, layouts }: VersionSupport, name: CallbackName): TypeObject {
  const { returns, args } = callbacks[name];
  const types = args.map((arg) =>
    arg.crossing === 'struct' ? structType(koffi, layouts, arg) : KOFFI_NAMES[arg.crossing],
  );
  return koffi.proto(null, KOFFI_NAMES[returns.crossing], types);
}

function structType(koffi: Koffi, layouts: Layouts, arg: StructByValue): TypeObject {
  const { fields } = layouts[arg.layout];
  const members = Object.entries<Field>(fields).map(
    ([key, { type }]) => [key, STRUCT_MEMBERS[type]] as const,
  );
  return koffi.struct(Object.fromEntries(members));
}
