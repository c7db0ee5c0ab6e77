/**
 * For a service that receives guests, besides `listen`: the places that several listeners share, and, where one process
 * keeps the journals for another, the rules for their lines and what follows from each.
 *
 * @example
 * ```ts
 * const admission = new Admission(4); // guests at the same time, over both listeners
 * await using tls = await listen({ ...options, tls: trust, admission });
 * await using local = await listen({ ...options, path: '/run/receiver', admission });
 * ```
 *
 * @packageDocumentation
 */
export { targetMayAct, targetMayWrite } from './commit/allows.ts';
export type { TargetAction } from './commit/table.ts';
export { journalEntrySchema, journalStartSchema } from './journal/format/schemas.ts';
export { offerSchema, transferIdSchema, wantedSchema } from './protocol/messages.ts';
export { Admission } from './target/admission.ts';
export { DEFAULT_LOBBY, type LobbyLimits } from './target/lobby.ts';
export { WaitingForGo } from './target/waiting-for-go.ts';
