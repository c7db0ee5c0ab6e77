import { decodeOrigin, encodeOrigin, type KeptConfig } from '@vm-tools/libdomain';
import type { z as Zod } from 'zod';

/**
 * How far a guest has come on its way into its image and back:
 * - saving: it may be here still, and the image may be whole; whether it has run since is not known
 * - saved: it has ended, and lives in the image alone
 * - used: it is made of the image again, and may have run since: the image must never be used once more
 */
export type SavedState = 'saving' | 'saved' | 'used';

/** A guest that went down with its host. */
export interface SavedGuest extends KeptConfig {
  readonly uuid: string;
  readonly name: string;
  readonly state: SavedState;
}

/** As it is written down. */
export function encodeSaved({ origin, ...guest }: SavedGuest): string {
  return JSON.stringify({ saved: 1, ...guest, origin: origin && encodeOrigin(origin) });
}

/** @throws Error of JSON or zod: it was not written by these tools */
export async function decodeSaved(text: string): Promise<SavedGuest> {
  const { saved: _, origin, ...guest } = (await schema()).parse(JSON.parse(text));
  return { ...guest, origin: origin === undefined ? undefined : decodeOrigin(origin) };
}

/** Loaded where a guest has been saved. */
async function schema() {
  const z: typeof Zod = await import('zod');
  return z.object({
    saved: z.literal(1),
    uuid: z.uuid(),
    name: z.string(),
    state: z.enum(['saving', 'saved', 'used']),
    configJson: z.string(),
    origin: z.string().optional(),
  });
}
