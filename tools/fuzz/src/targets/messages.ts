import { decodeBody, encodeBody, peerError, remoteErrorSchema } from '@vm-tools/libxfr/testing';
import { MESSAGES, REMOTE_ERROR } from '../corpus/messages.ts';
import { expectError, verdictOf } from '../expect-error.ts';
import { bottomless, damagedJson } from '../mutate/json.ts';
import { must, type Target } from '../target.ts';

const CODES = /^XFR_PROTOCOL$/;
/** Nothing of what a peer says may do anything to a terminal. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** The JSON of control frames. The first byte of an input says which frame it is. */
export const messagesTarget: Target = {
  name: 'messages',
  group: 'control',
  weight: 10,
  make(random) {
    const which = random.below(MESSAGES.length);
    const json = random.oneIn(500) ? bottomless(random) : damagedJson(random, MESSAGES[which]?.[1]);
    return [Buffer.from([which]), json];
  },
  feed(input) {
    const bytes = Buffer.concat(input);
    const [name] = MESSAGES[(bytes[0] ?? 0) % MESSAGES.length] as (typeof MESSAGES)[number];
    const read = (): void => {
      const { body } = decodeBody(name, bytes.subarray(1), 42);
      const again = decodeBody(name, encodeBody(name, body));
      must(
        JSON.stringify(again.body) === JSON.stringify(body),
        `a ${name} is another one when it is sent on`,
      );
    };
    return verdictOf(read, { codes: CODES, placed: CODES });
  },
};

/** A peer's error: it may be anything, and comes out short and harmless. */
export const remoteErrorTarget: Target = {
  name: 'remote error',
  group: 'control',
  weight: 5,
  make: (random) => [damagedJson(random, REMOTE_ERROR)],
  feed(input) {
    const parsed = remoteErrorSchema.safeParse(parse(Buffer.concat(input)));
    if (!parsed.success) return 'refused';
    const error = peerError(parsed.data, { code: 'XFR_PEER_ABORTED', did: 'gave up', side: 'target' });
    const text = JSON.stringify(error);
    must(text.length < 256 * 1024, `it has ${text.length} characters`);
    must(!CONTROL.test(text), 'it has characters that control a terminal');
    expectError(error, { codes: /^XFR_PEER_ABORTED$/ });
    return 'accepted';
  },
};

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
