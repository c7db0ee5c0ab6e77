import { FAILURE_KINDS, messageOf, RETRIES, SIDES, VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';

/** A VmToolsError as its toJSON gives it. */
export const errorSchema = z.object({
  code: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .catch('XEN_CALL_FAILED'),
  kind: z.enum(FAILURE_KINDS),
  retry: z.enum(RETRIES).exactOptional(),
  side: z.enum(SIDES).exactOptional(),
  phase: z.string().exactOptional(),
  message: z.string(),
  hint: z.string().exactOptional(),
  guest: z
    .object({
      name: z.string().exactOptional(),
      domid: z.number().exactOptional(),
      uuid: z.string().exactOptional(),
      state: z.string(),
    })
    .exactOptional(),
  log: z.array(z.string()).exactOptional(),
  details: z.record(z.string(), z.unknown()).exactOptional(),
  leftovers: z.array(z.string()).exactOptional(),
  cause: z.unknown().optional(),
});

/** A VmToolsError as it goes over a channel, with its causes. */
export type ErrorBody = z.infer<typeof errorSchema>;

/** Errors with causes that have causes: nobody has more than a few. */
const DEEPEST_CAUSE = 16;

/** Whatever was thrown, as it travels. */
export function encodeError(thrown: unknown): ErrorBody {
  const error =
    thrown instanceof VmToolsError
      ? thrown
      : new VmToolsError({ code: 'XEN_CALL_FAILED', message: messageOf(thrown), cause: thrown });
  return error.toJSON() as ErrorBody;
}

/** The error again, with its chain of causes. */
export function decodeError(body: ErrorBody): VmToolsError {
  return revive(body, 0);
}

function revive({ cause, ...rest }: ErrorBody, depth: number): VmToolsError {
  return new VmToolsError({
    ...rest,
    cause: depth < DEEPEST_CAUSE ? reviveCause(cause, depth + 1) : undefined,
  });
}

const foreignSchema = z.object({ message: z.string(), code: z.string().exactOptional() });

function reviveCause(cause: unknown, depth: number): unknown {
  const ours = errorSchema.safeParse(cause);
  if (ours.success) return revive(ours.data, depth);
  const foreign = foreignSchema.safeParse(cause);
  if (!foreign.success) return cause;
  const { message, ...more } = foreign.data;
  return Object.assign(new Error(message), more);
}
