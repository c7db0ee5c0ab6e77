import * as z from 'zod';
import { line } from '../keys/values.ts';

/** Where qemu listens for viewers where no address is named. */
export const DEFAULT_LISTEN = '127.0.0.1';
/** TCP port of display 0. */
const FIRST_PORT = 5900;
const MAX_PORT = 65535;
/** A name or an IPv4 address, or an IPv6 address in brackets; qemu takes a comma for the next of its options. */
const LISTEN = /^(?:\[[\da-f:.]+\]|[\w.-]*)(?::\d{1,5})?$/i;

const framebufferObject = z.strictObject({
  /** whether a viewer can connect by VNC; true if absent */
  vnc: z.exactOptional(z.boolean()),
  /** address on which qemu listens, also with the number of the display behind a colon; 127.0.0.1 if absent */
  vncListen: z.exactOptional(
    line.regex(LISTEN, 'must be an address, such as 127.0.0.1, or one with a display, such as 127.0.0.1:3'),
  ),
  /** number of the display, which is the TCP port less 5900; 0 if absent */
  vncDisplay: z.exactOptional(
    z
      .int('must be a whole number')
      .min(0, 'must be 0 or more')
      .max(MAX_PORT - FIRST_PORT, `must be ${MAX_PORT - FIRST_PORT} or less`),
  ),
  /** whether one of the next 99 displays will do when that one is taken; true if absent */
  vncUnused: z.exactOptional(z.boolean()),
  /** that viewers have to know; a secret: it is told to qemu alone */
  vncPassword: z.exactOptional(line),
  /** of the keyboard of the viewers: "de"; "en-us" if absent */
  keymap: z.exactOptional(
    line.regex(/^[a-z]{2,8}(-[a-z]{2,8})?$/, 'must be a keymap of qemu, such as de or en-gb'),
  ),
  /** whether qemu opens a window of its own in dom0 */
  sdl: z.exactOptional(z.boolean()),
  opengl: z.exactOptional(z.boolean()),
  /** X display of that window */
  display: z.exactOptional(line.min(1, 'must not be empty')),
  /** file with the keys of that display */
  xauthority: z.exactOptional(line.min(1, 'must not be empty')),
});

/** Names of the fields of one. */
export const FRAMEBUFFER_FIELDS = Object.keys(framebufferObject.shape);

/** A screen of a guest, with its keyboard and mouse. */
export const framebufferSchema = framebufferObject
  .refine(({ vncListen = '', vncDisplay = 0 }) => vncDisplay === 0 || displayIn(vncListen) === undefined, {
    path: ['vncDisplay'],
    error: 'is named in the address already',
  })
  .readonly();

/** A screen of a guest, with its keyboard and mouse. */
export type Framebuffer = z.output<typeof framebufferSchema>;

/** The same as a caller may write it. */
export type FramebufferInput = z.input<typeof framebufferSchema>;

/** The display that an address names, if it does. */
function displayIn(listen: string): string | undefined {
  return /:(\d+)$/.exec(listen)?.[1];
}

/** Address and display as qemu takes them: "127.0.0.1:0". */
export function vncAddress({ vncListen = DEFAULT_LISTEN, vncDisplay = 0 }: Framebuffer): string {
  return displayIn(vncListen) === undefined ? `${vncListen}:${vncDisplay}` : vncListen;
}
