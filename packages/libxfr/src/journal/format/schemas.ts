import * as z from 'zod';
import { TARGET, type TargetState } from '../../commit/table.ts';
import { epochSchema, transferIdSchema } from '../../protocol/messages.ts';
import { remoteErrorSchema } from '../../protocol/remote-error-schema.ts';

/** The start of a target's journal, as the receiver asks for it, which the keeper does not trust. */
export const journalStartSchema = z.object({
  id: transferIdSchema,
  role: z.literal('target'),
  guest: z.object({ name: z.string().min(1).max(256), uuid: z.guid() }),
  peer: z.string().max(300),
  who: z.string().max(256).exactOptional(),
  epoch: epochSchema.exactOptional(),
});

/** The next line of one. */
export const journalEntrySchema = z.object({
  state: z.enum(Object.keys(TARGET.states) as [TargetState]),
  epoch: epochSchema,
  error: remoteErrorSchema.exactOptional(),
});
