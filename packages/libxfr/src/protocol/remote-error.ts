import { messageOf, VmToolsError, type FailureKind } from '@vm-tools/errors';
import * as z from 'zod';

/** Kinds that can be told to somebody else. Whether something is uncertain is for the one who asks to say. */
const KINDS = [
  'failure',
  'usage',
  'no-domain',
  'no-xen',
  'resource',
  'peer',
  'not-converged',
  'aborted-safe',
  'corrupt',
  'timeout',
  'interrupted',
] as const satisfies readonly FailureKind[];

const LOG_LINES = 50;

/** Text of a peer ends on somebody's terminal, where control characters would be commands. */
const text = (length: number) =>
  z.string().transform((raw) => raw.replace(/\p{Cc}+/gu, ' ').slice(0, length));

/** An error as it travels. What is too long is cut, so that no error is lost for its length. */
export const remoteErrorSchema = z.object({
  code: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .catch('XFR_FAILED'),
  kind: z.enum(KINDS).catch('failure'),
  message: text(2000),
  hint: text(2000).optional(),
  log: z
    .array(text(1000))
    .transform((lines) => lines.slice(-LOG_LINES))
    .optional(),
});

export type RemoteErrorBody = z.infer<typeof remoteErrorSchema>;

export function encodeRemoteError(error: VmToolsError): RemoteErrorBody {
  return remoteErrorSchema.parse({
    code: error.code,
    kind: error.kind,
    message: error.message,
    hint: error.hint,
    ...(error.log.length > 0 ? { log: error.log } : {}),
  });
}

/** Which end of a transfer something comes from. */
export type Side = 'source' | 'target';

/** Our error about theirs: it keeps the kind, the hint and the log, and has theirs as its cause. */
export function peerError(
  body: RemoteErrorBody,
  { code, did, side }: { readonly code: string; readonly did: string; readonly side: Side },
): VmToolsError {
  const hint = body.hint === undefined ? {} : { hint: body.hint };
  const log = body.log ?? [];
  return new VmToolsError({
    code,
    kind: body.kind,
    message: `the ${side} ${did}: ${body.message}`,
    ...hint,
    log,
    cause: new VmToolsError({ code: body.code, kind: body.kind, message: body.message, ...hint, log }),
    details: { side, remoteCode: body.code },
  });
}

/** Anything that was thrown, as an error with a code. */
export function asVmToolsError(thrown: unknown): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  return new VmToolsError({ code: 'XFR_FAILED', message: messageOf(thrown), cause: thrown });
}
