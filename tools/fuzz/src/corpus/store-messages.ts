import { encodeMessage, MESSAGE_TYPE } from '@vm-tools/xenstore/server';
import { edgeNumber, flipBits, setField } from '../mutate/bytes.ts';
import type { Unit } from '../mutate/units.ts';
import type { Random } from '../random.ts';

const REQUESTS: readonly (readonly [name: keyof typeof MESSAGE_TYPE, payload: string])[] = [
  ['WRITE', '/local/domain/1/name\0web1'],
  ['READ', '/local/domain/1/name\0'],
  ['DIRECTORY', '/local\0'],
  ['DIRECTORY_PART', '/local\0' + '0\0'],
  ['GET_PERMS', '/local\0'],
  ['SET_PERMS', '/local\0' + 'n0\0r1\0'],
  ['MKDIR', '/a/b\0'],
  ['RM', '/a\0'],
  ['WATCH', '/local\0token\0'],
  ['UNWATCH', '/local\0token\0'],
  ['RESET_WATCHES', '\0'],
  ['TRANSACTION_START', '\0'],
  ['TRANSACTION_END', 'T\0'],
  ['INTRODUCE', '1\0' + '1000\0' + '3\0'],
  ['IS_DOMAIN_INTRODUCED', '1\0'],
  ['GET_DOMAIN_PATH', '1\0'],
  ['RESUME', '1\0'],
  ['RELEASE', '1\0'],
];

const REPLIES: typeof REQUESTS = [
  ['READ', 'web1'],
  ['WRITE', 'OK\0'],
  ['DIRECTORY', 'a\0b\0'],
  ['ERROR', 'ENOENT\0'],
  ['WATCH_EVENT', '/local\0token\0'],
  ['TRANSACTION_START', '7\0'],
];

const asUnits = (messages: typeof REQUESTS): Unit[] =>
  messages.map(([name, payload], index) => ({
    name,
    head: encodeMessage({
      type: MESSAGE_TYPE[name],
      requestId: index + 1,
      transactionId: 0,
      payload: Buffer.from(payload, 'latin1'),
    }),
  }));

export const STORE_REQUESTS = asUnits(REQUESTS);
export const STORE_REPLIES = asUnits(REPLIES);

/** Damages a message of xenstore where its format has something to say. */
export function damagedMessage(random: Random, unit: Unit): Unit {
  const head = Buffer.from(unit.head);
  const field = 4 * random.below(4);
  if (random.oneIn(3) || head.length < field + 4) flipBits(random, head);
  else if (random.oneIn(2)) head.writeUInt32LE(edgeNumber(random, head.readUInt32LE(field)), field);
  else setField(random, head, random.below(head.length));
  return { ...unit, head };
}
