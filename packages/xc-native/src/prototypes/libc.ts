import { int, pointerTo, size } from './ctype.ts';
import type { CType, PrototypeTable } from './ctype.ts';

const text: CType<'string'> = { c: 'char *', crossing: 'string' };
// On x86-64 a va_list argument is the address of its one element, so it can be handed on as a pointer.
const vaList: CType<'pointer'> = { c: 'va_list', crossing: 'pointer' };

/** The two functions of libc that turn what libxc says into text. */
export const LIBC = {
  strerror: { returns: text, args: [int], check: 'none' },
  vsnprintf: {
    returns: int,
    args: [pointerTo('char'), size, pointerTo('const char'), vaList],
    check: 'none',
  },
} as const satisfies PrototypeTable;
