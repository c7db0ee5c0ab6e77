import type * as z from 'zod';
import { channelSchema } from '../../config/devices/channel.ts';
import { problemsOfDevices } from '../../config/devices/check-devices.ts';
import { diskSchema } from '../../config/devices/disk.ts';
import { framebufferSchema } from '../../config/devices/framebuffer.ts';
import { networkSchema } from '../../config/devices/network.ts';
import { shareSchema } from '../../config/devices/share.ts';
import { MAX_DEVICES } from '../../config/keys/values.ts';
import type { DeviceField } from '../../config/read-devices.ts';
import type { DomainConfig } from '../../config/schema.ts';
import { fromLibxlChannel, type LibxlChannel } from './channel.ts';
import { foreignInDisk, fromLibxlDisk, type LibxlDisk } from './disk.ts';
import { foreignInNic, fromLibxlNic, type LibxlNic } from './nic.ts';
import { foreignInP9, fromLibxlP9, type LibxlP9 } from './p9.ts';
import { foreignInVfb, foreignInVkbs, fromLibxlVfb, type libxlVkb, type LibxlVfb } from './vfb.ts';

/** The lists of devices in libxl's JSON. */
export interface LibxlDevices {
  readonly disks: readonly LibxlDisk[];
  readonly nics: readonly LibxlNic[];
  readonly vfbs: readonly LibxlVfb[];
  readonly vkbs: readonly z.output<typeof libxlVkb>[];
  readonly channels: readonly LibxlChannel[];
  readonly p9s: readonly LibxlP9[];
}

/** The devices of a domain, or the first reason why these tools cannot have them. */
export type DevicesRead =
  | { readonly devices: Pick<DomainConfig, DeviceField> }
  /** as "its disk xvda is a virtio disk" */
  | { readonly unsupported: { readonly key: keyof LibxlDevices; readonly why: string } };

/** Devices from libxl's JSON, whose types have been checked. */
export function fromLibxlDevices(libxl: LibxlDevices): DevicesRead {
  try {
    return { devices: readAll(libxl) };
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    return { unsupported: { key: thrown.key, why: thrown.message } };
  }
}

class Refused extends Error {
  override readonly name = 'Refused';
  readonly key: keyof LibxlDevices;

  constructor(key: keyof LibxlDevices, why: string) {
    super(why);
    this.key = key;
  }
}

function readAll({ disks, nics, vfbs, vkbs, channels, p9s }: LibxlDevices): Pick<DomainConfig, DeviceField> {
  const devices = {
    disks: read(disks, diskSchema, {
      key: 'disks',
      many: 'disks',
      nameOf: ({ vdev }, place) => `its disk ${vdev?.slice(0, 64) ?? place + 1}`,
      fieldsOf: fromLibxlDisk,
      foreignIn: foreignInDisk,
    }),
    networks: read(nics, networkSchema, {
      key: 'nics',
      many: 'network devices',
      nameOf: ({ devid }, place) => `its network device ${devid ?? place}`,
      fieldsOf: fromLibxlNic,
      foreignIn: foreignInNic,
    }),
    framebuffers: read(vfbs, framebufferSchema, {
      key: 'vfbs',
      many: 'screens',
      nameOf: (_, place) => `its screen ${place + 1}`,
      fieldsOf: fromLibxlVfb,
      foreignIn: foreignInVfb,
    }),
    channels: read(channels, channelSchema, {
      key: 'channels',
      many: 'channels',
      nameOf: (_, place) => `its channel ${place + 1}`,
      fieldsOf: fromLibxlChannel,
      foreignIn: () => undefined,
    }),
    shares: read(p9s, shareSchema, {
      key: 'p9s',
      many: 'shared folders',
      nameOf: (_, place) => `its shared folder ${place + 1}`,
      fieldsOf: fromLibxlP9,
      foreignIn: foreignInP9,
    }),
  };
  const keyboards = foreignInVkbs(vkbs, vfbs);
  if (keyboards !== undefined) throw new Refused('vkbs', keyboards);
  const [problem] = problemsOfDevices(devices);
  if (problem === undefined) return devices;
  const { path, message } = problem;
  const [key, what] =
    path[0] === 'disks' ? (['disks', 'disk'] as const) : (['nics', 'network device'] as const);
  throw new Refused(key, `the ${path[2]} of its ${what} ${path[1] + 1} ${message}`);
}

interface Reader<Libxl> {
  readonly key: keyof LibxlDevices;
  readonly many: string;
  readonly nameOf: (libxl: Libxl, place: number) => string;
  readonly fieldsOf: (libxl: Libxl, place: number) => Record<string, unknown>;
  readonly foreignIn: (libxl: Libxl) => string | undefined;
}

/** @throws Refused with the clause for why one of them cannot be a device here */
function read<Libxl, Schema extends z.ZodType>(
  list: readonly Libxl[],
  schema: Schema,
  { key, many, nameOf, fieldsOf, foreignIn }: Reader<Libxl>,
): readonly z.output<Schema>[] {
  if (list.length > MAX_DEVICES) throw new Refused(key, `it has ${list.length} ${many}`);
  return list.map((libxl, place) => {
    const name = nameOf(libxl, place);
    const foreign = foreignIn(libxl);
    if (foreign !== undefined) throw new Refused(key, `${name} ${foreign}`);
    const result = schema.safeParse(fieldsOf(libxl, place));
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new Refused(key, `the ${String(issue?.path[0] ?? '')} of ${name} ${issue?.message ?? ''}`);
  });
}
