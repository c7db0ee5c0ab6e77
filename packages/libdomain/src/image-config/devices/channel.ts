import * as z from 'zod';
import type { Channel } from '../../config/devices/channel.ts';
import { channelIdOf } from '../../config/devices/channel.ts';
import { backendOf, count, said, text } from './fields.ts';

/** The part of libxl_device_channel that a Channel is made from. */
export const libxlChannel = z.looseObject({
  backend_domid: count,
  backend_domname: text,
  name: text,
  'connection.pty': z.unknown().optional(),
  'connection.socket': z.looseObject({ path: text }).optional(),
});

export type LibxlChannel = z.output<typeof libxlChannel>;

/**
 * A channel as libxl means it. xl 4.17 counts them from 0, where the primary console is, and so loses the first one:
 * with the number of its console it can be restored by xl as well.
 *
 * @param place in the list, counted from 0
 */
export function toLibxlChannel(
  { name, connection, path, backend }: Channel,
  place: number,
): Record<string, unknown> {
  return said({
    backend_domname: backend,
    devid: channelIdOf(place),
    name,
    [`connection.${connection}`]: connection === 'socket' ? { path } : {},
  });
}

/** The fields of a Channel, for its schema to judge. */
export function fromLibxlChannel(channel: LibxlChannel): Record<string, unknown> {
  const socket = channel['connection.socket'];
  const isPty = channel['connection.pty'] !== undefined;
  return said({
    name: channel.name,
    connection: socket !== undefined ? 'socket' : isPty ? 'pty' : undefined,
    path: socket?.path,
    backend: backendOf(channel),
  });
}
