import * as z from 'zod';
import { line } from '../keys/values.ts';
import { formatRate, parseRate } from './rate.ts';

/** The script that connects a network device where none is named. */
export const DEFAULT_NETWORK_SCRIPT = 'vif-bridge';
/** The bridge that it joins where none is named. */
export const DEFAULT_BRIDGE = 'xenbr0';
/** IFNAMSIZ without its NUL. */
const MAX_DEVICE_NAME = 15;

const deviceName = line.regex(
  new RegExp(`^[^\\s/:]{1,${MAX_DEVICE_NAME}}$`),
  `must be a name of a network device, ${MAX_DEVICE_NAME} characters at most`,
);
/** Of Open vSwitch a bridge with a VLAN, and with those of a trunk: "ovs0.10:20:30" (vif-openvswitch). */
const bridge = line.regex(
  new RegExp(`^[^\\s/:.]{1,${MAX_DEVICE_NAME}}(\\.\\d{1,4})?(:\\d{1,4})*$|^[^\\s/:]{1,${MAX_DEVICE_NAME}}$`),
  `must be a name of a network device, ${MAX_DEVICE_NAME} characters at most, and of Open vSwitch also with VLANs: "ovs0.10:20"`,
);
const text = line.min(1, 'must not be empty');
/** Kept in one way of writing it, because libxl keeps numbers only. */
const rate = text.transform((written, context) => {
  const read = parseRate(written);
  if (read !== undefined) return formatRate(read);
  context.issues.push({
    code: 'custom',
    message: 'must be a rate such as 10Mb/s or 1MB/s@20ms, of a byte or more in its interval',
    input: written,
  });
  return z.NEVER;
});
/** More network devices than any guest has. */
const MAX_ID = 65535;

const networkObject = z.strictObject({
  /** under which the guest knows it; its place in the list if absent */
  id: z.exactOptional(
    z.int('must be a whole number').min(0, 'must be 0 or more').max(MAX_ID, `must be ${MAX_ID} or less`),
  ),
  /** six bytes in hexadecimal; made up when the domain is created if absent */
  mac: z.exactOptional(
    z
      .string('must be a string')
      .regex(/^([\da-f]{2}:){5}[\da-f]{2}$/i, 'must be six bytes such as 00:16:3e:12:34:56')
      .transform((mac) => mac.toLowerCase())
      .refine(
        (mac) => (parseInt(mac.slice(0, 2), 16) & 1) === 0,
        'is an address of a group, not of one device',
      ),
  ),
  /** that it joins, and its VLANs in Open vSwitch; xenbr0 if absent */
  bridge: z.exactOptional(bridge),
  /** of the hotplug script: a name in /etc/xen/scripts, or a path; vif-bridge if absent */
  script: z.exactOptional(text),
  /** addresses that the script may let through or route */
  ip: z.exactOptional(text),
  /** the most that it may send: "10Mb/s", or with an interval "10Mb/s@20ms" */
  rate: z.exactOptional(rate),
  /** name of its end in the backend domain; vif<domid>.<number> if absent */
  vifname: z.exactOptional(deviceName),
  mtu: z.exactOptional(
    z.int('must be a whole number').min(68, 'must be 68 or more').max(65535, 'must be 65535 or less'),
  ),
  /** of an emulated card, which such a guest does not have */
  model: z.exactOptional(text),
  type: z.exactOptional(z.enum(['vif', 'ioemu'], 'must be "vif" or "ioemu"')),
  /** for scripts that route */
  gatewayDevice: z.exactOptional(deviceName),
  /** name or number of the driver domain that has the bridge; dom0 if absent */
  backend: z.exactOptional(text),
  /** false: the guest does not trust its backend */
  trusted: z.exactOptional(z.boolean()),
});

/** Names of the fields of one. */
export const NETWORK_FIELDS = Object.keys(networkObject.shape);

/** One network device of a guest. */
export const networkSchema = networkObject.readonly();

/** One network device of a guest. */
export type Network = z.output<typeof networkSchema>;

/** The same as a caller may write it. */
export type NetworkInput = z.input<typeof networkSchema>;

/** The number under which the guest and xenstore know the one at this place of the list, counted from 0. */
export function networkIdOf({ id }: Pick<Network, 'id'>, place: number): number {
  return id ?? place;
}

/** The same devices; the number of one is left out where it follows from its place. */
export function withoutUsualIds(networks: readonly Network[]): readonly Network[] {
  return networks.map(({ id, ...network }, place) =>
    id === undefined || id === place ? network : { id, ...network },
  );
}
