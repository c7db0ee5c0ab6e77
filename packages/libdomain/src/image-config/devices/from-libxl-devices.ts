import type * as z from 'zod';
import { problemsOfDevices } from '../../config/devices/check-devices.ts';
import { diskSchema, type Disk } from '../../config/devices/disk.ts';
import { networkSchema, type Network } from '../../config/devices/network.ts';
import { MAX_DEVICES } from '../../config/keys/values.ts';
import { foreignInDisk, fromLibxlDisk, type LibxlDisk } from './disk.ts';
import { foreignInNic, fromLibxlNic, type LibxlNic } from './nic.ts';

/** The devices of a domain, and the first reason why these tools cannot have them. */
export interface DevicesRead {
  readonly disks: readonly Disk[];
  readonly networks: readonly Network[];
  /** as "its disk xvda is a virtio disk" */
  readonly unsupported?: { readonly key: 'disks' | 'nics'; readonly why: string };
}

/** Devices from libxl's JSON, whose types have been checked. */
export function fromLibxlDevices(
  libxlDisks: readonly LibxlDisk[],
  libxlNics: readonly LibxlNic[],
): DevicesRead {
  const disks: Disk[] = [];
  const networks: Network[] = [];
  const refused = (key: 'disks' | 'nics', why: string): DevicesRead => ({
    disks,
    networks,
    unsupported: { key, why },
  });
  if (libxlDisks.length > MAX_DEVICES) return refused('disks', `it has ${libxlDisks.length} disks`);
  if (libxlNics.length > MAX_DEVICES) return refused('nics', `it has ${libxlNics.length} network devices`);
  for (const [place, disk] of libxlDisks.entries()) {
    const name = `its disk ${disk.vdev?.slice(0, 64) ?? place + 1}`;
    const read = judged(diskSchema, { name, fields: fromLibxlDisk(disk), foreign: foreignInDisk(disk) });
    if ('why' in read) return refused('disks', read.why);
    disks.push(read.device);
  }
  for (const [place, nic] of libxlNics.entries()) {
    const name = `its network device ${nic.devid ?? place}`;
    const fields = fromLibxlNic(nic, place);
    const read = judged(networkSchema, { name, fields, foreign: foreignInNic(nic) });
    if ('why' in read) return refused('nics', read.why);
    networks.push(read.device);
  }
  const [problem] = problemsOfDevices({ disks, networks });
  if (problem === undefined) return { disks, networks };
  const { path, message } = problem;
  const what = path[0] === 'disks' ? 'disk' : 'network device';
  return refused(
    path[0] === 'disks' ? 'disks' : 'nics',
    `the ${path[2]} of its ${what} ${path[1] + 1} ${message}`,
  );
}

interface Candidate {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly foreign: string | undefined;
}

/** @returns the device, or the clause for why it cannot be one */
function judged<Schema extends z.ZodType>(
  schema: Schema,
  { name, fields, foreign }: Candidate,
): { readonly device: z.output<Schema> } | { readonly why: string } {
  if (foreign !== undefined) return { why: `${name} ${foreign}` };
  const result = schema.safeParse(fields);
  if (result.success) return { device: result.data };
  const issue = result.error.issues[0];
  return { why: `the ${String(issue?.path[0] ?? '')} of ${name} ${issue?.message ?? ''}` };
}
