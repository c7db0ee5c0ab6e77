import { networkConfig, type FixedNetwork } from './network.ts';

/** What a guest is told at its first start. */
export interface CloudSeed {
  /** Another one makes cloud-init run again, as for a new guest. */
  readonly instanceId: string;
  readonly hostName: string;
  /** a user to be made; without a name the keys are for the user that the image has for it */
  readonly user?: string | undefined;
  /** lines as in authorized_keys */
  readonly sshKeys: readonly string[];
  /** Without it the image decides; most ask by DHCP. */
  readonly network?: (FixedNetwork & { readonly mac: string }) | undefined;
}

/** Names and contents of the documents of NoCloud. All are JSON, which any reader of YAML reads, so nothing in them can
 * be taken for something else. */
export function documentsOf(seed: CloudSeed): Readonly<Record<string, string>> {
  const { instanceId, hostName, network } = seed;
  return {
    'meta-data': text({ 'instance-id': instanceId, 'local-hostname': hostName }),
    'user-data': `#cloud-config\n${text(userData(seed))}`,
    ...(network === undefined ? {} : { 'network-config': text(networkConfig(network.mac, network)) }),
  };
}

function userData({ hostName, user, sshKeys }: CloudSeed): object {
  const [host] = hostName.split('.');
  const isFull = host !== hostName;
  return {
    hostname: host,
    ...(isFull ? { fqdn: hostName } : {}),
    // So that sudo finds the name of the host, whatever the network knows.
    manage_etc_hosts: 'localhost',
    // Keys alone open it: nothing here has a password.
    ssh_pwauth: false,
    ...(user === undefined
      ? { ssh_authorized_keys: sshKeys }
      : {
          users: [
            {
              name: user,
              shell: '/bin/bash',
              sudo: 'ALL=(ALL) NOPASSWD:ALL',
              lock_passwd: true,
              ssh_authorized_keys: sshKeys,
            },
          ],
        }),
  };
}

/** Nothing but ASCII: what reads it may know no other encoding. */
function text(value: object): string {
  const json = JSON.stringify(value, null, 2);
  const escaped = json.replace(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}
