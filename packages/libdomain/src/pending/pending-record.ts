import * as z from 'zod';
import type { PendingRestart } from './pending-restarts.ts';
import { decodeOrigin } from '../places/index.ts';

const schema = z.object({
  name: z.string(),
  configJson: z.string(),
  origin: z.string().optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** What is written down of a restart, but for its name. */
export function decodePending(text: string): Omit<PendingRestart, 'domid' | 'uuid'> {
  const { origin, ...record } = schema.parse(JSON.parse(text));
  return { ...record, origin: origin === undefined ? undefined : decodeOrigin(origin) };
}
