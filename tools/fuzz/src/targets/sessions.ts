import { createHash } from 'node:crypto';
import { Duplex } from 'node:stream';
import { receiveFromPeer, sendToPeer } from '@vm-tools/libxfr';
import { encodePreamble, FakeSource, FakeTarget, FRAME_TYPES, VERSIONS } from '@vm-tools/libxfr/testing';
import { damagedFrame, FRAMES, frameUnit } from '../corpus/frames.ts';
import { MESSAGES, OFFER, TRANSFER_ID } from '../corpus/messages.ts';
import { verdictOf } from '../expect-error.ts';
import { damagedUnits, joined, type Unit } from '../mutate/units.ts';
import { oneWay } from '../one-way.ts';
import type { Random } from '../random.ts';
import { must, type Target } from '../target.ts';

/** A peer that sends less than it should is given up soon. */
const TIMEOUTS = { lingerMs: 1, handshakeMs: 50, inactivityMs: 50, answerMs: 50 };
const CODES =
  /^XFR_(PROTOCOL|PROTOCOL_MAGIC|PROTOCOL_OLDER|PROTOCOL_NEWER|CONNECTION_LOST|PEER_SILENT|PEER_ABORTED|PEER_REJECTED|DIGEST|EPOCH|UNCERTAIN|TARGET_START_FAILED)$/;

const IMAGE = Buffer.from('guest memory ');
const preamble: Unit = { name: 'preamble', head: encodePreamble(VERSIONS) };
const blake2b512 = createHash('blake2b512').update(IMAGE).digest('hex');

/** The messages of a source in a transfer that goes well. */
const SOURCE_SAYS: readonly Unit[] = [
  preamble,
  frameUnit('HELLO', { id: TRANSFER_ID, epoch: 1, offer: OFFER }),
  frameUnit('DATA', IMAGE),
  frameUnit('PING', Buffer.alloc(0)),
  frameUnit('EOS', { blake2b512, bytes: IMAGE.length }),
  frameUnit('GO', { id: TRANSFER_ID, epoch: 1 }),
  frameUnit('BYE'),
];

/** The messages of a target in one. */
const TARGET_SAYS: readonly Unit[] = ['ACCEPT', 'READY', 'RUNNING'].map((name) =>
  frameUnit(name as 'ACCEPT', MESSAGES.find(([one]) => one === name)?.[1]),
);

function damagedSession(random: Random, session: readonly Unit[]): Buffer[] {
  return joined(damagedUnits(random, session, { other: FRAMES, damageUnit: damagedFrame }));
}

/** A whole session of a receiver: whatever comes, a guest that was not started is gone again. */
export const receiveTarget: Target = {
  name: 'receiving',
  group: 'frames',
  weight: 1,
  make: (random) => damagedSession(random, SOURCE_SAYS),
  async feed(input) {
    const target = new FakeTarget();
    const receive = () => receiveFromPeer(connectionOf(input), () => target, { timeouts: TIMEOUTS });
    const verdict = await verdictOf(receive, { codes: CODES });
    const isStarted = target.calls.includes('start');
    must(isStarted === (target.state === 'running'), `the guest was left ${target.state} after ${verdict}`);
    must(target.state !== 'paused' && target.state !== 'reserved', `the guest was left ${target.state}`);
    return verdict;
  },
};

/** A whole session of a sender: the guest runs on, or is gone, or the outcome is unknown and it waits. */
export const sendTarget: Target = {
  name: 'sending',
  group: 'frames',
  weight: 1,
  make: (random) => damagedSession(random, [preamble, ...TARGET_SAYS]),
  async feed(input) {
    const source = new FakeSource({ chunks: 2 });
    const send = () => sendToPeer(source, answering(input), { timeouts: TIMEOUTS });
    const verdict = await verdictOf(send, { codes: CODES });
    const expected =
      verdict === 'accepted' ? 'destroyed' : verdict === 'XFR_UNCERTAIN' ? 'suspended' : 'running';
    must(source.state === expected, `after ${verdict} the guest is ${source.state}`);
    return verdict;
  },
};

function connectionOf(input: readonly Buffer[]) {
  return { stream: oneWay(input), peer: 'the peer', isConfidential: true };
}

/** A target answers: what it says comes when it has heard what it waits for. */
function answering(input: readonly Buffer[]) {
  const [preambleAndAccept, ready, rest] = [input.slice(0, 2), input.slice(2, 3), input.slice(3)];
  const left = [...preambleAndAccept];
  const stream = new Duplex({
    read() {
      const next = left.shift();
      if (next !== undefined) this.push(next);
    },
    write(chunk: Buffer, _encoding, done) {
      if (chunk[0] === FRAME_TYPES.EOS) this.push(ready[0] ?? null);
      if (chunk[0] === FRAME_TYPES.GO) for (const next of [...rest, null]) this.push(next);
      done();
    },
  });
  return { stream, peer: 'the peer', isConfidential: true };
}
