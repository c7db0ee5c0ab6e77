import type { Callables } from './ctype.ts';
import { LIBC } from './libc.ts';
import { XENCTRL } from './xenctrl.ts';
import { XENGUEST } from './xenguest.ts';

/** Every C function that is called from here, by the library it comes from. */
export const PROTOTYPES = { xenctrl: XENCTRL, xenguest: XENGUEST, libc: LIBC } as const;

export type LibraryName = keyof typeof PROTOTYPES;

/** All of them, bound. */
export type Functions = Callables<typeof XENCTRL> & Callables<typeof XENGUEST> & Callables<typeof LIBC>;

export type FunctionName = keyof Functions;
