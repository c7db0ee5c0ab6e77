import { z } from 'zod';
import { faultRuleSchema, type FaultRule } from '../../faults/index.ts';
import type { GuestChange, GuestStatus } from '../../guest/index.ts';

/** The requests to a simulated host in another process that a real one does not have: a line of JSON each way. */
export const controlRequestSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('status') }),
  z.strictObject({ ask: z.literal('stop') }),
  z.strictObject({ ask: z.literal('add-fault'), rule: faultRuleSchema }),
  z.strictObject({ ask: z.literal('clear-faults') }),
  z.strictObject({ ask: z.literal('faults') }),
  z.strictObject({
    ask: z.literal('guest'),
    domain: z.string(),
    /** checked by the guest itself */
    change: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  }),
]);

/** The same as a type. */
export type ControlRequest =
  | { readonly ask: 'status' }
  | { readonly ask: 'stop' }
  | { readonly ask: 'clear-faults' }
  | { readonly ask: 'faults' }
  | { readonly ask: 'add-fault'; readonly rule: FaultRule }
  | { readonly ask: 'guest'; readonly domain: string; readonly change?: GuestChange };

/** How a simulated host is: its memory, its domains, and where its files lie. */
export interface HostStatus {
  readonly name: string;
  readonly pid: number;
  readonly totalMib: number;
  readonly freeMib: number;
  readonly cpus: number;
  /** without dom0 */
  readonly domains: number;
  readonly seed: number;
  readonly faults: number;
  readonly root: string;
  readonly kernel: string;
}

/** The answer to each request. */
export interface ControlAnswers {
  readonly status: HostStatus;
  readonly stop: null;
  readonly 'add-fault': { readonly id: number };
  readonly 'clear-faults': { readonly removed: number };
  readonly faults: {
    readonly rules: readonly (FaultRule & { readonly id: number })[];
    readonly calls: Readonly<Record<string, number>>;
  };
  readonly guest: GuestStatus & { readonly domid: number; readonly name: string };
}
