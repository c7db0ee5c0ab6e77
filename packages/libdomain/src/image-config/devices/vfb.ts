import * as z from 'zod';
import type { Framebuffer } from '../../config/devices/framebuffer.ts';
import { count, flag, flagOf, said, text } from './fields.ts';

const vnc = z
  .looseObject({ enable: flag, listen: text, passwd: text, display: z.int().optional(), findunused: flag })
  .default({});
const sdl = z.looseObject({ enable: flag, opengl: flag, display: text, xauthority: text }).default({});

/** The part of libxl_device_vfb that a Framebuffer is made from, and what would make it another one. */
export const libxlVfb = z.looseObject({
  backend_domid: count,
  backend_domname: text,
  vnc,
  sdl,
  keymap: text,
});

/** The part of libxl_device_vkb: xl makes one for each screen, which has nothing of its own to say. */
export const libxlVkb = z.looseObject({});

export type LibxlVfb = z.output<typeof libxlVfb>;

/**
 * A screen as xl 4.17 writes it: what has its default is left out.
 *
 * @param place in the list, counted from 0
 */
export function toLibxlVfb(framebuffer: Framebuffer, place: number): Record<string, unknown> {
  return said({
    devid: place,
    vnc: said({
      enable: flagOf(framebuffer.vnc),
      listen: framebuffer.vncListen,
      passwd: framebuffer.vncPassword,
      display: framebuffer.vncDisplay === 0 ? undefined : framebuffer.vncDisplay,
      findunused: flagOf(framebuffer.vncUnused),
    }),
    sdl: said({
      enable: flagOf(framebuffer.sdl),
      opengl: flagOf(framebuffer.opengl),
      display: framebuffer.display,
      xauthority: framebuffer.xauthority,
    }),
    keymap: framebuffer.keymap,
  });
}

/** Its keyboard and mouse. */
export const toLibxlVkb = (_: Framebuffer, place: number): Record<string, unknown> => ({ devid: place });

/** The fields of a Framebuffer, for its schema to judge. */
export function fromLibxlVfb({ vnc: viewers, sdl: window, keymap }: LibxlVfb): Record<string, unknown> {
  return said({
    vnc: viewers.enable,
    vncListen: viewers.listen,
    vncDisplay: viewers.display === 0 ? undefined : viewers.display,
    vncUnused: viewers.findunused,
    vncPassword: viewers.passwd,
    keymap,
    sdl: window.enable,
    opengl: window.opengl,
    display: window.display,
    xauthority: window.xauthority,
  });
}

/** The clause for what no screen of these tools can be; undefined if there is nothing of it. */
export function foreignInVfb({ backend_domid = 0, backend_domname }: LibxlVfb): string | undefined {
  return backend_domid === 0 && backend_domname === undefined ? undefined : 'is served by a driver domain';
}

/** What a keyboard of xl may say and be that of a screen. */
const USUAL: Readonly<Record<string, readonly unknown[]>> = {
  backend_domid: [0],
  backend_type: ['unknown', 'qemu'],
};

/** The same for the keyboards: each has its screen, and there is nothing to say of it. */
export function foreignInVkbs(
  vkbs: readonly z.output<typeof libxlVkb>[],
  vfbs: readonly LibxlVfb[],
): string | undefined {
  if (vfbs.length === 0 && vkbs.length > 0) return 'it has keyboards';
  if (vkbs.length !== vfbs.length) return 'it has not one keyboard for each screen';
  const isUsual = (key: string, value: unknown): boolean =>
    key === 'devid' || value === false || value === 0 || (USUAL[key]?.includes(value) ?? false);
  for (const vkb of vkbs)
    for (const [key, value] of Object.entries(vkb))
      if (!isUsual(key, value)) return `its keyboards have ${key.slice(0, 64)}`;
  return undefined;
}
