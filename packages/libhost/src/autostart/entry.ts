import { decodeOrigin, encodeOrigin, type KeptConfig } from '@vm-tools/libdomain';
import type { z as Zod } from 'zod';

/** What becomes of a guest when its host goes down; behind "move:" is the address of a peer. */
export type Ending = 'save' | 'shutdown' | `move:${string}`;

/** "save", "shutdown" or "move:b.example" */
export function isEnding(text: string): text is Ending {
  return text === 'save' || text === 'shutdown' || /^move:./.test(text);
}

/** A guest that starts with its host, and how. */
export interface AutostartEntry {
  readonly uuid: string;
  readonly name: string;
  /** Guests of a lower number start before it, and end behind it. */
  readonly order: number;
  /** How long those behind it wait once it runs, ms. */
  readonly delayMs: number;
  /** Names of guests that start before it, whatever their number is. */
  readonly after: readonly string[];
  readonly atShutdown: Ending;
  /** The file with its configuration, read at each start; or else what is kept of the domain. */
  readonly from: { readonly file: string } | KeptConfig;
  /** The peer to which it has been moved since; it does not start here then. @default it lives here */
  readonly away?: string | undefined;
}

/** The place in the order of a guest without one of its own. */
export const DEFAULT_ORDER = 100;

/** As it is written down. */
export function encodeEntry({ from, ...entry }: AutostartEntry): string {
  const kept =
    'file' in from ? from : { configJson: from.configJson, origin: from.origin && encodeOrigin(from.origin) };
  return JSON.stringify({ autostart: 1, ...entry, ...kept });
}

/** @throws Error of JSON or zod: it was not written by these tools */
export async function decodeEntry(text: string): Promise<AutostartEntry> {
  const { file, configJson, origin, autostart: _, ...entry } = (await schema()).parse(JSON.parse(text));
  if (file !== undefined) return { ...entry, from: { file } };
  if (configJson === undefined) throw new Error('it has neither a file nor a configuration');
  return {
    ...entry,
    from: { configJson, origin: origin === undefined ? undefined : decodeOrigin(origin) },
  };
}

/** Loaded where there is a guest that starts with its host. */
async function schema() {
  const z: typeof Zod = await import('zod');
  return z.object({
    autostart: z.literal(1),
    uuid: z.uuid(),
    name: z.string(),
    order: z.int().nonnegative(),
    delayMs: z.number().nonnegative(),
    after: z.array(z.string()),
    atShutdown: z.string().refine(isEnding),
    away: z.string().optional(),
    file: z.string().optional(),
    configJson: z.string().optional(),
    origin: z.string().optional(),
  });
}
