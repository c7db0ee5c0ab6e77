import { int, nothing, offset, pointerTo, size, uint32 } from './ctype.ts';
import type { CType, PrototypeTable } from './ctype.ts';

const text: CType<'string'> = { c: 'char *', crossing: 'string' };
// On x86-64 a va_list argument is the address of its one element, so it can be handed on as a pointer.
const vaList: CType<'pointer'> = { c: 'va_list', crossing: 'pointer' };

/** The functions that turn libxc's messages into text, and that lead an image to it and from it. */
export const LIBC = {
  connect: { returns: int, args: [int, pointerTo('const struct sockaddr'), uint32], check: 'zero' },
  free: { returns: nothing, args: [pointerTo('void')], check: 'none' },
  lseek: { returns: offset, args: [int, offset, int], check: 'non-negative' },
  munmap: { returns: int, args: [pointerTo('void'), size], check: 'zero' },
  socket: { returns: int, args: [int, int, int], check: 'non-negative' },
  socketpair: { returns: int, args: [int, int, int, pointerTo('int')], check: 'zero' },
  strerror: { returns: text, args: [int], check: 'none' },
  vsnprintf: {
    returns: int,
    args: [pointerTo('char'), size, pointerTo('const char'), vaList],
    check: 'none',
  },
} as const satisfies PrototypeTable;
