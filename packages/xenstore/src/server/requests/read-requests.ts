import { MAX_PAYLOAD_BYTES } from '../../wire/message.ts';
import { nulTerminated } from '../../wire/strings.ts';
import { formatAccessList, READ } from '../tree/access-list.ts';
import { Refusal } from '../tree/refusal.ts';
import type { Asker } from './asker.ts';
import { lookUpExisting } from './lookup.ts';

export function read(asker: Asker, path: string): Buffer {
  return Buffer.from(lookUpExisting(asker, path, READ).value, 'latin1');
}

export function directory(asker: Asker, path: string): Buffer {
  const names = joinNames(lookUpExisting(asker, path, READ).children);
  if (names.length > MAX_PAYLOAD_BYTES) throw new Refusal('E2BIG');
  return names;
}

/** The generation, then as many whole names from the offset on as fit, then one more NUL if that was all. */
export function directoryPart(asker: Asker, path: string, offset: number): Buffer {
  const node = lookUpExisting(asker, path, READ);
  const generation = nulTerminated(node.generation);
  const rest = joinNames(node.children).subarray(offset);
  const room = MAX_PAYLOAD_BYTES - generation.length - 1;
  if (rest.length <= room) return Buffer.concat([generation, rest, nulTerminated('')]);
  return Buffer.concat([generation, rest.subarray(0, rest.lastIndexOf(0, room - 1) + 1)]);
}

export function getPermissions(asker: Asker, path: string): Buffer {
  return joinNames(formatAccessList(lookUpExisting(asker, path, READ).permissions));
}

function joinNames(names: readonly string[]): Buffer {
  return Buffer.from(names.map((name) => `${name}\0`).join(''));
}
