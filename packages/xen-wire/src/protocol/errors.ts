import { messageOf, VmToolsError, type VmToolsErrorInit } from '@vm-tools/errors';
import { Misshapen, type Shape } from './shape.ts';

/** A message that is none, is too long, or came where it makes no sense. */
export function protocolError(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_WIRE_PROTOCOL',
    message: `the connection to Xen: ${what}`,
    hint: 'see that both ends are vm-tools, and of one version',
  });
}

/** @throws VmToolsError XEN_WIRE_PROTOCOL, which says what is wrong where */
export function parseWith<T>(shape: Shape<T>, value: unknown, what: string): T {
  try {
    return shape(value);
  } catch (thrown) {
    if (!(thrown instanceof Misshapen)) throw thrown;
    throw protocolError(`${what} is not understood: ${thrown.message}`);
  }
}

/** The other end has gone. What it was doing for us, it has given up, as far as it still could. */
export function connectionLost(cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XEN_WIRE_LOST',
    kind: 'no-xen',
    message: `the connection to Xen was lost${cause === undefined ? '' : `: ${messageOf(cause)}`}`,
    hint: 'see whether its server still runs, then list the domains to see what has been done',
    cause,
  });
}

/** The other end says nothing; `what` is what has been waited for. */
export function silent(what: string): VmToolsErrorInit {
  return {
    code: 'XEN_WIRE_TIMEOUT',
    message: what,
    hint: 'see whether the server of Xen still runs, and is a vm-tools',
  };
}

/** The errors of the first lines of a connection. */
export const HELLO_ERRORS = { broken: protocolError, lost: connectionLost, late: silent } as const;

export function unknownVersion(theirs: number, ours: number): VmToolsError {
  return new VmToolsError({
    code: 'XEN_WIRE_VERSION',
    kind: 'no-xen',
    message: `the other end speaks version ${theirs} of the protocol, and this one version ${ours}`,
    hint: 'use vm-tools of one version at both ends: restart what was started before the update',
    details: { theirs, ours },
  });
}
