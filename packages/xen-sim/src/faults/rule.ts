import { constants } from 'node:os';
import { RANGES } from '@vm-tools/words';
import { z } from 'zod';
import type { ErrnoName } from '../machine/strerror.ts';
import { FAULT_CALLS } from './calls.ts';

/** `*` stands for any number of letters. */
export function matchesCall(pattern: string, call: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === call;
  const last = rest.pop() ?? '';
  let at = first.length;
  if (!call.startsWith(first)) return false;
  for (const part of rest) {
    const found = call.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return call.length - last.length >= at && call.endsWith(last);
}

/** A rule as it comes from a file, from the command line or over a socket. */
export const faultRuleSchema = z
  .strictObject({
    call: z
      .string()
      .max(64)
      .refine((pattern) => FAULT_CALLS.some((call) => matchesCall(pattern, call)), {
        error: ({ input }) => `no call is named "${String(input)}"`,
      }),
    domid: z.int().min(RANGES.domid.min).max(RANGES.domid.max).exactOptional(),
    nth: z.int().min(1).max(RANGES.times.max).exactOptional(),
    times: z.int().min(1).max(RANGES.times.max).exactOptional(),
    errno: z
      .string()
      .refine((name): name is ErrnoName => name in constants.errno, {
        error: ({ input }) => `no errno is named "${String(input)}"`,
      })
      .exactOptional(),
    delayMs: z.number().min(0).max(RANGES.wait.maxMs).exactOptional(),
    hang: z.literal(true).exactOptional(),
    at: z.union([z.literal('start'), z.int().min(0).max(RANGES.bytes.max)]).exactOptional(),
  })
  .refine(({ errno, delayMs, hang }) => errno !== undefined || delayMs !== undefined || hang === true, {
    error: 'a rule needs errno, delayMs or hang',
  })
  .refine(({ at, errno }) => typeof at !== 'number' || errno !== undefined, {
    error: 'to fail within a stream needs errno',
  })
  .refine(({ at, call }) => typeof at !== 'number' || !/^(xenstore|dom0|backend)\./.test(call), {
    error: 'only domainSave, domainRestore and domainDumpcore have a stream to fail within',
  });

/** Which calls fail, wait or hang, and how. */
export interface FaultRule {
  /** e.g. "domainPause", "xenstore.write", "dom0.runScript", "backend.vbd", or a pattern such as "domain*" */
  readonly call: string;
  /** Only for this domain. @default any */
  readonly domid?: number;
  /** The n-th call that matches, from 1, counted from when the rule was added. @default 1 */
  readonly nth?: number;
  /** For so many calls in a row, beginning with the n-th. @default 1 */
  readonly times?: number;
  /** The errno of its failure. */
  readonly errno?: ErrnoName;
  /** How long it takes before it fails or is done. */
  readonly delayMs?: number;
  /** It does not come back until it is aborted or the rule is removed. */
  readonly hang?: true;
  /** For a save or a restore: fail when so many bytes of the stream have passed. @default 'start' */
  readonly at?: 'start' | number;
}
