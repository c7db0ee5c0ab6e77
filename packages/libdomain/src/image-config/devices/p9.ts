import * as z from 'zod';
import type { Share } from '../../config/devices/share.ts';
import { backendOf, count, said, text } from './fields.ts';

/** The part of libxl_device_p9 that a Share is made from, and what would make it another one. */
export const libxlP9 = z.looseObject({
  backend_domid: count,
  backend_domname: text,
  tag: text,
  path: text,
  security_model: text,
  type: text,
});

export type LibxlP9 = z.output<typeof libxlP9>;

/**
 * A shared folder as xl 4.17 writes it.
 *
 * @param place in the list, counted from 0
 */
export function toLibxlP9(
  { tag, path, securityModel, backend }: Share,
  place: number,
): Record<string, unknown> {
  return said({ backend_domname: backend, tag, path, security_model: securityModel, devid: place });
}

/** The fields of a Share, for its schema to judge. */
export function fromLibxlP9(p9: LibxlP9): Record<string, unknown> {
  return said({
    tag: p9.tag,
    path: p9.path,
    securityModel: p9.security_model,
    backend: backendOf(p9),
  });
}

/** The clause for what no shared folder of these tools can be: Xen 4.20 has a server of its own. */
export function foreignInP9({ type }: LibxlP9): string | undefined {
  return type === undefined || type === 'unknown' || type === 'qemu' ? undefined : `is served by "${type}"`;
}
