import * as z from 'zod';
import { line, path } from '../keys/values.ts';

/** The other end of a channel: a terminal, or a socket on which qemu listens. */
export const CONNECTIONS = ['pty', 'socket'] as const;

const channelObject = z.strictObject({
  /** by which the guest knows it: "org.qemu.guest_agent.0" */
  name: line.min(1, 'must not be empty'),
  connection: z.enum(CONNECTIONS, 'must be "pty" or "socket"'),
  /** of the socket */
  path: z.exactOptional(path.refine((text) => !text.includes(','), 'must not have a comma in it')),
  /** name or number of the driver domain that serves it; dom0 if absent */
  backend: z.exactOptional(line.min(1, 'must not be empty')),
});

/** Names of the fields of one. */
export const CHANNEL_FIELDS = Object.keys(channelObject.shape);

/** Bytes that the guest exchanges with a program in dom0, as over a serial line. */
export const channelSchema = channelObject
  .refine(({ connection, path: socket }) => (connection === 'socket') === (socket !== undefined), {
    path: ['path'],
    error: 'belongs to the connection "socket", and only to that',
  })
  .readonly();

/** Bytes that the guest exchanges with a program in dom0, as over a serial line. */
export type Channel = z.output<typeof channelSchema>;

/** The same as a caller may write it. */
export type ChannelInput = z.input<typeof channelSchema>;

/** The number of the console that the channel at this place of the list is, counted from 0. Console 0 is the primary one. */
export const channelIdOf = (place: number): number => place + 1;
