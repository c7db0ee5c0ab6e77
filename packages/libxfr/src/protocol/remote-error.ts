import { causesOf, messageOf, VmToolsError, type Side, type VmToolsErrorInit } from '@vm-tools/errors';
import { remoteErrorSchema, type RemoteErrorBody, type RemoteLink } from './remote-error-schema.ts';

/** @param side the end that says it, unless the error itself names one; undefined where there is none */
export function encodeRemoteError(error: VmToolsError, side: Side | undefined): RemoteErrorBody {
  const causes = causesOf(error).map(linkOf);
  return remoteErrorSchema.parse({
    ...linkOf(error),
    side: error.side ?? side,
    ...(causes.length > 0 ? { causes } : {}),
  });
}

/** An error as it travels, without its cause. */
function linkOf(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof VmToolsError)) {
    return { code: (thrown as { code?: unknown } | null)?.code, message: messageOf(thrown) };
  }
  const { code, kind, message, hint, retry, side, phase, guest, details, leftovers, log } = thrown;
  return {
    ...{ code, kind, message, retry, hint, side, phase, guest },
    ...(Object.keys(details).length > 0 ? { details } : {}),
    ...(leftovers.length > 0 ? { leftovers } : {}),
    ...(log.length > 0 ? { log } : {}),
  };
}

/**
 * Our error about theirs: it keeps the kind, the hint and the advice on trying again, and has theirs as its cause,
 * with all that led to it there and the last words of their libxc.
 */
export function peerError(
  { causes = [], ...told }: RemoteErrorBody,
  { code, did, side }: { readonly code: string; readonly did: string; readonly side: Side },
): VmToolsError {
  const { kind, hint = `see what the log of the ${side} says`, retry } = told;
  return new VmToolsError({
    ...{ code, kind, hint, retry, side: otherSide(side) },
    message: `the ${side} ${did}: ${told.message}`,
    cause: remoteError({ causes, ...told }),
    details: { side, remoteCode: told.code },
  });
}

/** Their error as they have said it, with all that led to it there. */
export function remoteError({ causes = [], ...told }: RemoteErrorBody): VmToolsError {
  const led = causes.reduceRight<VmToolsError | undefined>(remoteCause, undefined);
  return remoteCause(led, told);
}

export function otherSide(side: Side): Side {
  return side === 'source' ? 'target' : 'source';
}

function remoteCause(cause: VmToolsError | undefined, link: RemoteLink): VmToolsError {
  return new VmToolsError({ ...(link as VmToolsErrorInit), cause });
}

/** Anything that was thrown, as an error with a code. */
export function asVmToolsError(thrown: unknown): VmToolsError {
  if (thrown instanceof VmToolsError) return thrown;
  return new VmToolsError({
    code: 'XFR_FAILED',
    message: messageOf(thrown),
    hint: 'see the stack of the cause with -vv: it shows where the defect is',
    cause: thrown,
  });
}
