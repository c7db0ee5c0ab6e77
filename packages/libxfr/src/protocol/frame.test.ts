import { Duplex, Readable, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { frame } from '../testing/raw-peer.ts';
import { Channel } from './channel.ts';
import {
  decodeHeader,
  encodeHeader,
  FRAME_TYPES,
  MAX_CONTROL_BYTES,
  MAX_PAYLOAD_BYTES,
  type FrameName,
} from './frame.ts';
import type { Message } from './messages.ts';
import { DEFAULT_TIMEOUTS } from './timeouts.ts';

const DIGEST = 'a'.repeat(128);
const ID = 'b'.repeat(32);
const text = fc.string({ maxLength: 40 });
const remoteError = fc.record({ code: fc.constant('A_B'), kind: fc.constant('resource'), message: text });

/** Any frame that may come, but ABORT, after which nothing is read. */
const anyFrame = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }).map((data) => frame('DATA', Buffer.from(data))),
  fc.constant(frame('PING', Buffer.alloc(0))),
  fc.constantFrom(
    frame('ACCEPT', { epoch: 1 }),
    frame('READY', { epoch: 1 }),
    frame('UNKNOWN'),
    frame('BYE'),
  ),
  fc.constantFrom<FrameName>('GO', 'STATUS').map((name) => frame(name, { id: ID, epoch: 7 })),
  remoteError.map((error) => frame('REJECT', { error })),
  fc.record({ error: remoteError, tried: fc.boolean() }).map((body) => frame('FENCED', body)),
  fc.record({ error: remoteError }).map((body) => frame('PENDING', body)),
  fc.record({ domid: fc.nat(), at: fc.nat() }).map((body) => frame('RUNNING', body)),
  fc.nat().map((bytes) => frame('EOS', { blake2b512: DIGEST, bytes })),
);

/** Cuts at each of these places, modulo the length. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places
    .slice(1)
    .map((end, index) => bytes.subarray(places[index], end))
    .filter(({ length }) => length > 0);
}

/** How the bytes of DATA are cut is not part of it. */
function joined(message: Message): Message {
  return message.name === 'DATA' ? { ...message, pieces: [Buffer.concat(message.pieces)] } : message;
}

/** All that a channel makes of these bytes, and the error at their end. */
async function readAll(chunks: readonly Buffer[]): Promise<{ messages: Message[]; error: unknown }> {
  const writable = new Writable({ write: (_chunk, _encoding, done) => done() });
  const readable = Readable.from(chunks, { objectMode: false });
  const stream = Duplex.from({ readable, writable });
  const connection = { stream, peer: 'the peer', isConfidential: true };
  const channel = new Channel(connection, 'source', { ...DEFAULT_TIMEOUTS, lingerMs: 1 });
  const messages: Message[] = [];
  try {
    for (;;) messages.push(joined(await channel.next()));
  } catch (error) {
    return { messages, error };
  } finally {
    await channel.close();
  }
}

describe('frames', () => {
  test('come out as they went in, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (frames, cuts) => {
          const bytes = Buffer.concat(frames);
          const whole = await readAll(split(bytes, []));
          const pieces = await readAll(split(bytes, cuts));
          expect(pieces.messages).toEqual(whole.messages);
          const pings = frames.filter((one) => one[0] === FRAME_TYPES.PING).length;
          expect(pieces.messages).toHaveLength(frames.length - pings);
          expect(pieces.error).toMatchObject({ code: 'XFR_CONNECTION_LOST' });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('that are damaged give a typed error, and neither a crash nor a hang', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFrame, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat()),
        async (frames, flips, end) => {
          const bytes = Buffer.concat(frames);
          for (const [place, bits] of flips) bytes[place % bytes.length]! ^= bits;
          const { error } = await readAll([bytes.subarray(0, end === null ? undefined : end % bytes.length)]);
          expect(error).toBeInstanceOf(VmToolsError);
          expect(['XFR_PROTOCOL', 'XFR_CONNECTION_LOST', 'XFR_PEER_ABORTED']).toContain(
            (error as VmToolsError).code,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test('of random bytes give a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { error } = await readAll([Buffer.from(bytes)]);
        expect((error as VmToolsError).code).toMatch(/^XFR_(PROTOCOL|CONNECTION_LOST|PEER_ABORTED)$/);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a header', () => {
  const longest: Partial<Record<FrameName, number>> = { PING: 0, ZEROS: 4, DATA: MAX_PAYLOAD_BYTES };

  test('is read back', () => {
    for (const name of Object.keys(FRAME_TYPES) as FrameName[]) {
      const length = longest[name] ?? MAX_CONTROL_BYTES;
      expect(decodeHeader(encodeHeader({ name, length }))).toEqual({ name, length });
    }
  });

  test.each([
    ['type 0', '0000000000000000'],
    ['an unknown type', 'ff00000000000000'],
    ['a flag', '0401000000000000'],
    ['reserved bytes', '0400000100000000'],
    ['a length above the limit', '0400000000100001'],
    ['the largest length', '04000000ffffffff'],
    ['a PING with content', '0b00000000000001'],
    ['a number of zeros of five bytes', '1000000000000005'],
    ['JSON above its limit', '0100000000040001'],
  ])('with %s is refused, and the error says where', (_what, hex) => {
    const details = expect.objectContaining({ offset: 42 });
    const refused = { code: 'XFR_PROTOCOL', kind: 'peer', details };
    expect(() => decodeHeader(Buffer.from(hex, 'hex'), 42)).toThrow(expect.objectContaining(refused));
  });

  test('cannot be made for what is too long', () => {
    expect(() => encodeHeader({ name: 'DATA', length: MAX_PAYLOAD_BYTES + 1 })).toThrow(/too long/);
  });
});
