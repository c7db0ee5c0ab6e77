import { protocolError } from './errors.ts';
import { nulTerminated, splitStrings } from './wire/strings.ts';

/**
 * An entry of a node's access list. The first one is special: its domid names the owner, who may do anything, and
 * its access is what all domains have that no other entry names.
 */
export interface Permission {
  readonly domid: number;
  readonly access: 'none' | 'read' | 'write' | 'both';
}

const LETTERS = { none: 'n', read: 'r', write: 'w', both: 'b' } as const;
const WORDS = { n: 'none', r: 'read', w: 'write', b: 'both' } as const;

export function encodePermissions(permissions: readonly Permission[]): Buffer {
  return Buffer.concat(permissions.map(({ domid, access }) => nulTerminated(`${LETTERS[access]}${domid}`)));
}

/** @throws VmToolsError XENSTORE_PROTOCOL */
export function decodePermissions(payload: Uint8Array): Permission[] {
  return splitStrings(payload).map((text) => {
    const { letter, domid } = /^(?<letter>[nrwb])(?<domid>\d+)$/.exec(text)?.groups ?? {};
    if (letter === undefined) throw protocolError(`"${text}" is not a permission of xenstore`);
    return { domid: Number(domid), access: WORDS[letter as keyof typeof WORDS] };
  });
}
