import { z } from 'zod';
import { PAGE_BYTES, type GuestMemory } from '../../memory/index.ts';
import { findWords, parseWords } from '../model/parse-model.ts';
import { guestWordsSchema, type WrittenWords } from '../model/words.ts';
import { isInMemory } from './working-set.ts';

/** The gfn of a guest's program in its memory. */
export const STATE_GFN = 0x10;

/** Followed by JSON and zeros. */
const MAGIC = Buffer.from('vm-tools guest 1\n');

/** Three centuries in ms, and as many writes as are counted exactly: a page that says more was not written by us. */
const LONGEST_MS = 1e13;
const MOST_WRITES = 2 ** 42;

const ms = z.number().min(0).max(LONGEST_MS);
const count = z.int().min(0).max(MOST_WRITES);
const manner = z.strictObject({
  manner: z.enum(['polite', 'silent', 'slow', 'late', 'rude']),
  ms: z
    .number()
    .min(0)
    .max(2 ** 31),
});
const model = z.strictObject({
  dirtyRate: z
    .number()
    .min(0)
    .max(2 ** 50),
  workingSet: z
    .number()
    .min(0)
    .max(2 ** 50),
  locality: z.number().min(0).max(1),
  entropy: guestWordsSchema.shape.entropy.unwrap(),
  onSuspend: manner,
  onShutdown: manner,
  onDevices: manner.optional(),
  inPrecopy: guestWordsSchema.shape.precopy.unwrap().optional(),
  tickMs: z.union([
    z.literal(0),
    z
      .number()
      .min(10)
      .max(2 ** 31),
  ]),
  seed: z.int().min(0).max(0xffffffff),
});

const state = z
  .strictObject({
    model,
    /** how long it has run, in whatever domain */
    ranMs: ms,
    /** lines on its console */
    ticks: count,
    /** pages written, but for the boot */
    writes: count,
    /** since when it writes as fast as it does now */
    since: z.strictObject({ ranMs: ms, writes: count }),
    set: z.strictObject({ firstGfn: count, pages: count }),
    /** when it ran last, by the wall clock */
    lastRanAtMs: z.number(),
    lastGapMs: ms,
    longestGapMs: ms,
  })
  .refine(({ model, ranMs, ticks }) => ticks === ticksAt(ranMs, model))
  .refine(({ since, ranMs, writes }) => since.ranMs <= ranMs && since.writes <= writes);

/** A guest that has booted: all that there is of it, but for the pages it wrote. */
export type GuestState = z.output<typeof state>;

/** A guest that has not booted yet knows its command line alone. */
export type StatePage = { readonly words: WrittenWords } | { readonly state: GuestState };

/** How many lines it has written after it has run so long: the first one at once. */
export function ticksAt(ranMs: number, { tickMs }: { readonly tickMs: number }): number {
  return tickMs === 0 ? 0 : Math.floor(ranMs / tickMs) + 1;
}

export function writeStatePage(memory: GuestMemory, content: StatePage): void {
  const page = Buffer.alloc(PAGE_BYTES);
  MAGIC.copy(page);
  page.write(JSON.stringify(content), MAGIC.length);
  memory.writePage(STATE_GFN, page);
}

/** Undefined when no guest of ours lives in this memory, as in that of a real Xen's guest. */
export function readStatePage(memory: GuestMemory): StatePage | undefined {
  if (!memory.isPopulated(STATE_GFN)) return undefined;
  const page = Buffer.alloc(PAGE_BYTES);
  memory.readPage(STATE_GFN, page);
  if (!page.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const end = page.indexOf(0);
  // It came in from outside, perhaps over a network: nothing in it is taken on trust.
  try {
    const content: unknown = JSON.parse(page.toString('utf8', MAGIC.length, end < 0 ? PAGE_BYTES : end));
    const read = z
      .union([z.strictObject({ words: wordsAsWritten }), z.strictObject({ state })])
      .parse(content);
    return 'words' in read || isInMemory(memory, read.state.set) ? read : undefined;
  } catch {
    return undefined;
  }
}

const wordsAsWritten = z.custom<WrittenWords>((words) => guestWordsSchema.safeParse(words).success);

/**
 * The domain builder's part for a simulated guest: its program is in memory, and starts when the vCPUs do.
 *
 * @throws VmToolsError XEN_SIM_GUEST_MODEL when the command line has words sim.* that mean nothing
 */
export function installProgram(memory: GuestMemory, cmdline: string): void {
  const words = findWords(cmdline);
  parseWords(words);
  writeStatePage(memory, { words });
}

/** Whether a guest lives here that will do something when it runs. */
export function hasProgram(memory: GuestMemory): boolean {
  return readStatePage(memory) !== undefined;
}
