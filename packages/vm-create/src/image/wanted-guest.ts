import { readFile } from 'node:fs/promises';
import { wrongUse } from '@vm-tools/cli';
import {
  addressFault,
  hostAddressFault,
  hostNameFault,
  sshKeysOf,
  userFault,
  type FixedNetwork,
} from '@vm-tools/cloud-seed';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { nameFault } from '@vm-tools/libdomain';
import type { ImageInput } from '../options.ts';
import { parseSize } from './size.ts';

/** A file of keys is smaller; an image given by mistake is not. */
const MAX_KEYS_CHARACTERS = 65_536;

/** A guest that is to be made from an image: the options of the command line, each read and possible. */
export interface WantedGuest {
  readonly image: string;
  readonly name: string;
  readonly hostName: string;
  readonly memoryMib: number;
  readonly vcpus: number;
  /** of its disk; as large as the image if absent */
  readonly diskBytes: number | undefined;
  readonly bridge: string | undefined;
  readonly user: string | undefined;
  readonly sshKeys: readonly string[];
  readonly network: FixedNetwork | undefined;
}

/**
 * Reads the options that describe a guest from an image.
 *
 * @throws VmToolsError USAGE, SSH_KEY_…
 */
export async function wantedGuest(input: ImageInput & { readonly image: string }): Promise<WantedGuest> {
  const { image, bridge, user, vcpus = 1 } = input;
  const name = needed('--name', input.name, 'say how it is called: --name web1');
  const memory = needed('--memory', input.memory, 'say how much it gets: --memory 2G');
  const sshKey = needed(
    '--ssh-key',
    input.sshKey,
    'name the public key that may log in, ~/.ssh/id_ed25519.pub perhaps; ssh-keygen makes one',
  );
  const hostName = input.hostname ?? name;
  require('--name', name, nameFault);
  require('--hostname', hostName, hostNameFault, 'give it another one with --hostname');
  if (user !== undefined) require('--user', user, userFault);
  return {
    ...{ image, name, hostName, bridge, user, vcpus },
    memoryMib: parseSize('--memory', memory) / 1024 ** 2,
    diskBytes: input.disk === undefined ? undefined : parseSize('--disk', input.disk),
    sshKeys: sshKeysOf(await readKeys(sshKey), sshKey),
    network: networkOf(input),
  };
}

function networkOf({ ip, gateway, dns }: ImageInput): FixedNetwork | undefined {
  if (ip === undefined) {
    const alone = gateway !== undefined ? '--gateway' : dns !== undefined ? '--dns' : undefined;
    if (alone === undefined) return undefined;
    throw wrongUse(`${alone} is for a guest with a fixed address`, 'add --ip, or leave it out');
  }
  require('--ip', ip, addressFault);
  if (gateway !== undefined) require('--gateway', gateway, hostAddressFault);
  if (gateway !== undefined && gateway.includes(':') !== ip.includes(':'))
    throw wrongUse('--gateway and --ip are of two kinds', 'give both as IPv4 or both as IPv6');
  const nameservers = dns?.split(',').map((word) => word.trim());
  for (const server of nameservers ?? []) require('--dns', server, hostAddressFault);
  return { address: ip, gateway, nameservers };
}

function needed(flag: string, value: string | undefined, hint: string): string {
  if (value !== undefined) return value;
  throw wrongUse(`a guest from an image needs ${flag}`, hint);
}

function require(
  flag: string,
  value: string,
  faultOf: (text: string) => string | undefined,
  hint = 'correct it; vm-create --help has examples',
): void {
  const fault = faultOf(value);
  if (fault !== undefined) throw wrongUse(`${flag}: "${value}" ${fault}`, hint);
}

async function readKeys(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    throw new VmToolsError({
      code: 'SSH_KEY_UNREADABLE',
      kind: 'usage',
      message: `cannot read the key ${path}: ${messageOf(thrown)}`,
      hint: 'name the file of a public key',
      cause: thrown,
    });
  }
  if (text.length <= MAX_KEYS_CHARACTERS) return text;
  throw wrongUse(`--ssh-key: ${path} is too long for a file of keys`, 'name the file of a public key');
}
