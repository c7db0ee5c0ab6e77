import { decodeJournal, encodeLine } from '@vm-tools/libxfr/testing';
import { expectError } from '../expect-error.ts';
import { damaged } from '../mutate/bytes.ts';
import { bottomless, damagedJson } from '../mutate/json.ts';
import type { Random } from '../random.ts';
import { must, type Target } from '../target.ts';

const CODES = /^XFR_JOURNAL_CORRUPT$/;
const NAME = { id: '0f'.repeat(16), uuid: '0f0e0d0c-0b0a-0908-0706-050403020100' };

const line = (seq: number, state: string, more: object = {}): object => ({
  seq,
  state,
  epoch: 1,
  at: 1,
  ...more,
});
const head = (role: string, state: string): object => ({
  version: 1,
  id: NAME.id,
  role,
  guest: { name: 'web1', uuid: NAME.uuid, domid: 3 },
  peer: 'tls://b:8002',
  ...line(1, state),
});
const error = { code: 'XFR_PEER_ABORTED', kind: 'peer', message: 'why' };

const JOURNALS: readonly (readonly object[])[] = [
  [head('source', 'offered'), line(2, 'committed'), line(3, 'confirmed'), line(4, 'moved')],
  [head('source', 'offered'), line(2, 'aborted', { error }), line(3, 'kept')],
  [head('target', 'reserved'), line(2, 'ready', { domid: 7 }), line(3, 'owner'), line(4, 'running')],
  [head('target', 'reserved'), line(2, 'ready'), line(3, 'fenced', { error }), line(4, 'cleared')],
];

/** The journal of a transfer, as a crash or a disk may leave it. Its guest is known in any case. */
export const journalTarget: Target = {
  name: 'journal',
  group: 'control',
  weight: 6,
  make: (random) => [journal(random)],
  feed(input) {
    const bytes = Buffer.concat(input);
    try {
      const decoded = decodeJournal(NAME, bytes, 'the journal');
      if (decoded === undefined) {
        must(!bytes.includes('\n'), 'a line that was finished was not seen');
        return 'nothing';
      }
      const { record, length } = decoded;
      must(
        bytes[length - 1] === 0x0a && bytes.indexOf('\n', length) === -1,
        'it does not end with its last line',
      );
      must(record.guest.uuid === NAME.uuid && record.id === NAME.id, 'it is about another guest');
      const { role, guest, peer, id } = record;
      const lines = record.entries.map((entry, index) =>
        encodeLine(index + 1, entry, index === 0 ? { id, role, guest, peer } : undefined),
      );
      const again = decodeJournal(NAME, Buffer.concat(lines), 'the journal');
      must(
        JSON.stringify(again?.record) === JSON.stringify(record),
        'it says something else when it is written again',
      );
    } catch (thrown) {
      const code = expectError(thrown, { codes: CODES });
      const { details } = thrown as { details: { line?: unknown; uuid?: unknown } };
      must(typeof details.line === 'number', 'it is not said which line is damaged');
      must(details.uuid === NAME.uuid, 'it is not said which guest it is about');
      return code;
    }
    return 'accepted';
  },
};

function journal(random: Random): Buffer {
  const lines = random.pick(JOURNALS).slice(0, 1 + random.below(4));
  const at = random.below(lines.length);
  if (random.oneIn(3)) return damaged(random, Buffer.concat(lines.map(asLine)));
  const other = random.oneIn(500) ? bottomless(random) : damagedJson(random, lines[at]);
  return Buffer.concat(
    lines.map((one, index) => (index === at ? Buffer.concat([other, LINE_FEED]) : asLine(one))),
  );
}

const LINE_FEED = Buffer.from('\n');

function asLine(one: object): Buffer {
  return Buffer.from(`${JSON.stringify(one)}\n`);
}
