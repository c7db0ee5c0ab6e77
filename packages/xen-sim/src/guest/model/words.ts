import { messageOf, VmToolsError } from '@vm-tools/errors';
import { z } from 'zod';
import type { Manner } from './manner.ts';
import { parseDirtyRate, parseTime, parseSize } from './quantity.ts';

/** Shorter ticks would be a load of their own, and none of the guest's. */
const SHORTEST_TICK_MS = 10;

/** A value as people write it, in a file perhaps as a number. */
const written = z.union([z.string().trim().min(1).max(64), z.number()]).transform(String);

function readBy<T>(read: (text: string) => T) {
  return written.transform((text, context): T => {
    try {
      return read(text);
    } catch (thrown) {
      const hint = thrown instanceof VmToolsError && thrown.hint !== undefined ? `: ${thrown.hint}` : '';
      context.addIssue({ code: 'custom', message: messageOf(thrown) + hint });
      return z.NEVER;
    }
  });
}

const manner = readBy((text): Manner => {
  const [, name, after] = /^(?:(polite|silent|rude)|(?:slow|late):(.+))$/.exec(text) ?? [];
  if (name !== undefined) return { manner: name as Manner['manner'], ms: 0 };
  if (after !== undefined) return { manner: text.startsWith('slow') ? 'slow' : 'late', ms: parseTime(after) };
  throw new Error(`"${text}" is none of polite, silent, rude, slow:TIME, late:TIME`);
});

/** A driver of devices has nothing to acknowledge. */
const deviceManner = readBy((text): Manner => {
  if (text === 'polite' || text === 'rude') return { manner: text, ms: 0 };
  const [, after] = /^slow:(.+)$/.exec(text) ?? [];
  if (after !== undefined) return { manner: 'slow', ms: parseTime(after) };
  throw new Error(`"${text}" is none of polite, rude, slow:TIME`);
});

/** Bytes, as people write them. */
export const sizeSchema = readBy(parseSize);

const asNumber = written.transform(Number);

/** The words for a guest: as sim.NAME=VALUE in its command line, or as a member in a scenario. */
export const guestWordsSchema = z.strictObject({
  dirty: readBy(parseDirtyRate).exactOptional(),
  set: sizeSchema.exactOptional(),
  locality: asNumber.pipe(z.number().min(0).max(1)).exactOptional(),
  entropy: z.enum(['zero', 'text', 'random']).exactOptional(),
  suspend: manner.exactOptional(),
  shutdown: manner.exactOptional(),
  devices: deviceManner.exactOptional(),
  precopy: z.enum(['crash', 'reboot', 'poweroff']).exactOptional(),
  tick: readBy((text) => (text === 'off' ? 0 : Math.max(SHORTEST_TICK_MS, parseTime(text)))).exactOptional(),
  seed: asNumber.pipe(z.int().min(0).max(0xffffffff)).exactOptional(),
});

/** The words for it while it runs. */
export const changeWordsSchema = guestWordsSchema.omit({ tick: true, seed: true });

export type WordsSchema = typeof guestWordsSchema | typeof changeWordsSchema;

export type GuestWords = z.output<typeof guestWordsSchema>;

/** The same as people write it. */
export type WrittenWords = Readonly<Partial<Record<keyof GuestWords, string | number>>>;
