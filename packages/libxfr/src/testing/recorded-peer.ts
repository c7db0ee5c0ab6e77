import type { Duplex, Readable } from 'node:stream';
import { decodeHeader, HEADER_BYTES, type FrameName } from '../protocol/frame.ts';
import { decodeBody, decodeZeros } from '../protocol/messages.ts';
import { PREAMBLE_BYTES } from '../protocol/preamble.ts';

type Side = 'source' | 'target';

/** One frame of a conversation, or the preamble of a side. */
export interface Said {
  readonly from: Side;
  readonly name: FrameName | 'PREAMBLE';
  readonly bytes: Buffer;
}

/** They come as the other end likes, and are no answer to anything. */
const UNASKED: ReadonlySet<string> = new Set(['DATA', 'ZEROS', 'TAKEN', 'PING']);

/** All that one side says, cut into frames. */
async function* framesOf(stream: Readable, from: Side): AsyncGenerator<Said> {
  let read = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of stream) {
    read = Buffer.concat([read, chunk as Buffer]);
    if (isFirst && read.length >= PREAMBLE_BYTES) {
      isFirst = false;
      yield { from, name: 'PREAMBLE', bytes: read.subarray(0, PREAMBLE_BYTES) };
      read = read.subarray(PREAMBLE_BYTES);
    }
    while (!isFirst && read.length >= HEADER_BYTES) {
      const { name, length } = decodeHeader(read);
      if (read.length < HEADER_BYTES + length) break;
      yield { from, name, bytes: read.subarray(0, HEADER_BYTES + length) };
      read = read.subarray(HEADER_BYTES + length);
    }
  }
}

/** Stands between both ends and writes down who says what, in the order in which it passes. */
export async function record(source: Duplex, target: Duplex): Promise<readonly Said[]> {
  const said: Said[] = [];
  const pass = async (from: Side, near: Duplex, far: Duplex): Promise<void> => {
    for await (const one of framesOf(near, from)) {
      said.push(one);
      far.write(one.bytes);
    }
    far.end();
  };
  await Promise.all([pass('source', source, target), pass('target', target, source)]);
  return said;
}

/**
 * Plays one side of a recorded conversation to a live other one: says what it said then, when the live one has said what
 * was said before. It rejects when the live one ends before.
 */
export async function play(recorded: readonly Said[], side: Side, stream: Duplex): Promise<void> {
  const live = framesOf(stream, side === 'source' ? 'target' : 'source');
  let imageBytes = 0;
  const hear = async (): Promise<Said> => {
    const next = await live.next();
    if (next.done === true) throw new Error('the other end has ended the conversation');
    imageBytes += imageBytesOf(next.value);
    return next.value;
  };
  for (const { from, name, bytes } of recorded) {
    if (from === side) {
      // No target has taken more than there was.
      const taken = name === 'TAKEN' ? decodeBody('TAKEN', bytes.subarray(HEADER_BYTES)).body.bytes : 0;
      while (imageBytes < taken) await hear();
      stream.write(bytes);
    } else if (!UNASKED.has(name)) {
      while ((await hear()).name !== name);
    }
  }
  stream.end();
  for await (const _ of live);
}

function imageBytesOf({ name, bytes }: Said): number {
  if (name === 'ZEROS') return decodeZeros(bytes.subarray(HEADER_BYTES));
  return name === 'DATA' ? bytes.length - HEADER_BYTES : 0;
}

/** A line of JSON each. */
export function formatConversation(said: readonly Said[]): string {
  return said
    .map(({ bytes, ...one }) => `${JSON.stringify({ ...one, bytes: bytes.toString('base64') })}\n`)
    .join('');
}

export function parseConversation(text: string): readonly Said[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { bytes, ...one } = JSON.parse(line) as Omit<Said, 'bytes'> & { bytes: string };
      return { ...one, bytes: Buffer.from(bytes, 'base64') };
    });
}
