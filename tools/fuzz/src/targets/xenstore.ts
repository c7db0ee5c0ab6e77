import { connectXenstore } from '@vm-tools/xenstore';
import { encodeMessage, MemoryXenstored, MessageDecoder } from '@vm-tools/xenstore/server';
import { damagedMessage, STORE_REPLIES, STORE_REQUESTS } from '../corpus/store-messages.ts';
import { expectError, verdictOf } from '../expect-error.ts';
import { damagedUnits, joined } from '../mutate/units.ts';
import { oneWay } from '../one-way.ts';
import type { Random } from '../random.ts';
import { must, type Target } from '../target.ts';

const PROTOCOL = /^XENSTORE_PROTOCOL$/;
const MOST_BYTES = 4096;

function someRequests(random: Random): Buffer[] {
  return joined(damagedUnits(random, STORE_REQUESTS, { other: STORE_REPLIES, damageUnit: damagedMessage }));
}

/** The messages of xenstore's wire protocol. */
export const storeMessagesTarget: Target = {
  name: 'xenstore messages',
  group: 'frames',
  weight: 6,
  make: someRequests,
  feed(input) {
    const bytes = Buffer.concat(input);
    const decoder = new MessageDecoder();
    let at = 0;
    const read = (): void => {
      for (const chunk of input) {
        for (const message of decoder.push(chunk)) {
          must(
            message.payload.length <= MOST_BYTES,
            `a payload of ${message.payload.length} bytes was accepted`,
          );
          const again = encodeMessage(message);
          must(again.equals(bytes.subarray(at, at + again.length)), 'a message is not what was read');
          at += again.length;
        }
      }
    };
    return verdictOf(read, { codes: PROTOCOL, placed: PROTOCOL, bytes: bytes.length });
  },
};

/** The xenstored of simulated hosts: whatever comes, it goes on, and its tree is a tree. */
export const storeServerTarget: Target = {
  name: 'xenstored',
  group: 'frames',
  weight: 2,
  make: someRequests,
  async feed(input) {
    const xenstored = new MemoryXenstored();
    const stream = oneWay(input);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    xenstored.serve(stream);
    await closed;
    must(
      xenstored.dump().every((line) => line.startsWith('/')),
      'the tree has a node that is in no place',
    );
    return stream.errored === null ? 'accepted' : expectError(stream.errored, { codes: PROTOCOL });
  },
};

/** A client, and a xenstored that has gone mad: every call gets an answer or an error. */
export const storeClientTarget: Target = {
  name: 'xenstore client',
  group: 'frames',
  weight: 2,
  make: (random) =>
    joined(damagedUnits(random, STORE_REPLIES, { other: STORE_REQUESTS, damageUnit: damagedMessage })),
  async feed(input) {
    const store = await connectXenstore({ stream: oneWay(input), timeoutMs: 5000 });
    const calls = [store.read('/a'), store.write('/b', ''), store.directory('/c'), store.read('/d')];
    const codes: string[] = [];
    for (const { status, ...settled } of await Promise.allSettled(calls)) {
      if (status === 'fulfilled') continue;
      codes.push(expectError((settled as { reason: unknown }).reason, { codes: /^XENSTORE_[A-Z0-9_]+$/ }));
    }
    await store.close();
    return codes[0] ?? 'accepted';
  },
};
