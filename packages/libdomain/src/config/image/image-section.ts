import {
  addressFault,
  hostAddressFault,
  hostNameFault,
  userFault,
  type FixedNetwork,
} from '@vm-tools/cloud-seed';
import { MAX_DISK_BYTES } from '@vm-tools/disk-image';
import type { VmToolsError } from '@vm-tools/errors';
import { sizeOf, sizeWords } from '@vm-tools/words';
import { IMAGE_FIELD_NAMES, type ImageField, type ImageTexts } from './image-fields.ts';

const MIB = 1024 ** 2;

/** What a configuration says of the image of its guest, read and possible. */
export interface ImageSection {
  readonly file: string;
  /** of its disk; as large as the image if absent */
  readonly diskBytes: number | undefined;
  /** path of the file of public keys */
  readonly sshKey: string;
  readonly user: string | undefined;
  /** the name of the domain if absent */
  readonly hostName: string | undefined;
  readonly network: FixedNetwork | undefined;
}

/** Makes the error for a field: it knows where that stands. */
export type Refuse = (field: string, sentence: string, hint: string) => VmToolsError;

const CORRECT = 'correct it, or leave it out';

/**
 * Reads what a configuration or the command line says of the image of a guest.
 *
 * @throws VmToolsError as `refuse` makes it
 */
export function readSection(given: ImageTexts, refuse: Refuse): ImageSection {
  const needed = (field: ImageField, hint: string): string => {
    const text = given[field];
    if (text === undefined) throw refuse(field, 'is missing', hint);
    return text;
  };
  const checked = (field: ImageField, faultOf: (text: string) => string | undefined): string | undefined => {
    const text = given[field];
    const fault = text === undefined ? undefined : faultOf(text);
    if (fault !== undefined) throw refuse(field, `${fault}, and not "${text ?? ''}"`, CORRECT);
    return text;
  };
  return {
    file: needed('file', 'name a raw or a qcow2 image'),
    diskBytes: diskBytes(given, refuse),
    sshKey: needed('sshKey', 'name the file of a public key that may log in; ssh-keygen makes one'),
    user: checked('user', userFault),
    hostName: checked('hostname', hostNameFault),
    network: networkOf(given, checked, refuse),
  };
}

/**
 * What it says, field by field.
 *
 * @throws VmToolsError as `refuse` makes it
 */
export function textsOf(value: unknown, refuse: Refuse): ImageTexts {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('', 'must be an object', 'write "image": {"file": "debian.qcow2", "sshKey": "id.pub"}');
  for (const [field, text] of Object.entries(value)) {
    if (!(IMAGE_FIELD_NAMES as readonly string[]).includes(field))
      throw refuse(field, 'is not known', `known are ${IMAGE_FIELD_NAMES.join(', ')}`);
    if (typeof text !== 'string' || text === '') throw refuse(field, 'must be a text', CORRECT);
  }
  return value;
}

/** Whole MiB. */
function diskBytes({ disk }: ImageTexts, refuse: Refuse): number | undefined {
  if (disk === undefined) return undefined;
  const bytes = sizeOf(disk);
  if (bytes === undefined || bytes < MIB)
    throw refuse('disk', `must be a size of 1 MiB or more, and not "${disk}"`, `write it ${sizeWords()}`);
  if (bytes > MAX_DISK_BYTES)
    throw refuse('disk', `must be 64 TiB or less, and not "${disk}"`, `write it ${sizeWords()}`);
  return Math.ceil(bytes / MIB) * MIB;
}

function networkOf(
  { gateway, dns }: ImageTexts,
  checked: (field: ImageField, faultOf: (text: string) => string | undefined) => string | undefined,
  refuse: Refuse,
): FixedNetwork | undefined {
  const address = checked('ip', addressFault);
  checked('gateway', hostAddressFault);
  const nameservers = dns?.split(',').map((word) => word.trim());
  checked('dns', () => nameservers?.map(hostAddressFault).find((fault) => fault !== undefined));
  if (address === undefined) {
    const alone = gateway === undefined ? 'dns' : 'gateway';
    if (gateway === undefined && dns === undefined) return undefined;
    throw refuse(alone, 'is for a guest with a fixed address', 'give an address as well, or leave it out');
  }
  if (gateway !== undefined && gateway.includes(':') !== address.includes(':'))
    throw refuse('gateway', 'is of another kind than ip', 'give both as IPv4 or both as IPv6');
  return { address, gateway, nameservers };
}
