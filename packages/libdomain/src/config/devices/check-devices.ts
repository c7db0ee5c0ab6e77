import type * as z from 'zod';
import type { Disk } from './disk.ts';
import { networkIdOf, type Network } from './network.ts';
import { vdevNumber } from './vdev.ts';

interface Devices {
  readonly disks: readonly Disk[];
  readonly networks: readonly Network[];
}

/** Something that is wrong with one device beside the others. */
export interface DeviceProblem {
  readonly path: readonly [list: 'disks' | 'networks', place: number, field: string];
  /** a clause about the field */
  readonly message: string;
  readonly hint: string;
}

/** What only shows when the devices of a domain are seen together, and what no domain here can have. */
export function problemsOfDevices({ disks, networks }: Devices): DeviceProblem[] {
  const vdevs = disks.map(({ vdev }) => vdevNumber(vdev));
  const macs = networks.map(({ mac }) => mac);
  return [
    ...taken(vdevs, { list: 'disks', field: 'vdev', what: 'disk' }),
    ...taken(macs, { list: 'networks', field: 'mac', what: 'network device' }),
    ...taken(networks.map(networkIdOf), { list: 'networks', field: 'id', what: 'network device' }),
    ...networks.flatMap(({ type }, place) => (type === 'ioemu' ? [emulated(place)] : [])),
  ];
}

/** The same, for a schema. */
export function checkDevices(devices: Devices, context: z.RefinementCtx): void {
  for (const { path, message, hint } of problemsOfDevices(devices))
    context.addIssue({ code: 'custom', path: [...path], message, params: { hint } });
}

function emulated(place: number): DeviceProblem {
  const message = 'must be "vif": only hvm domains have emulated cards';
  return { path: ['networks', place, 'type'], message, hint: 'write vif in place of ioemu' };
}

interface Shared {
  readonly list: 'disks' | 'networks';
  readonly field: string;
  readonly what: string;
}

/** Each value that an earlier device has. */
function taken(
  values: readonly (string | number | undefined)[],
  { list, field, what }: Shared,
): DeviceProblem[] {
  const firsts = new Map<string | number, number>();
  return values.flatMap((value, place): DeviceProblem[] => {
    if (value === undefined) return [];
    const first = firsts.get(value);
    if (first === undefined) {
      firsts.set(value, place);
      return [];
    }
    const message = `is that of ${what} ${first + 1} already`;
    return [{ path: [list, place, field], message, hint: `give each ${what} another ${field}` }];
  });
}
