import type { Callables, Prototype, Variant } from './ctype.ts';
import { LIBC } from './libc.ts';
import { XENCTRL } from './xenctrl.ts';
import { XENGUEST } from './xenguest.ts';

/** Every C function that is called from here, by the library it comes from. */
export const PROTOTYPES = { xenctrl: XENCTRL, xenguest: XENGUEST, libc: LIBC } as const;

export type LibraryName = keyof typeof PROTOTYPES;

/** The same functions as a version of Xen declares them. */
export type Prototypes = {
  readonly [Library in LibraryName]: {
    readonly [
      Name in keyof (typeof PROTOTYPES)[Library]
    ]: (typeof PROTOTYPES)[Library][Name] extends infer P extends Prototype ? Variant<P> : never;
  };
};

/** The place of each library: a soname for the dynamic linker, or a path. */
export type Libraries = Readonly<Record<LibraryName, string>>;

/** All of them, bound. */
export type Functions = Callables<typeof XENCTRL> & Callables<typeof XENGUEST> & Callables<typeof LIBC>;

export type FunctionName = keyof Functions;
