import { VmToolsError } from '@vm-tools/errors';

/** The receiver has asked for something that does not follow from what was before. */
export function notNow(what: string, why: string): VmToolsError {
  return refused(`asked to ${what}: ${why}`);
}

/** A line on the connection between the two processes is no message of either. */
export function brokenLine(what: string): VmToolsError {
  return refused(`and its keeper do not understand each other: ${what}`);
}

function refused(what: string): VmToolsError {
  return new VmToolsError({
    code: 'XFRD_RECEIVER_REFUSED',
    message: `the process that reads what peers send ${what}`,
    hint: 'this is a defect of vm-tools, or an attacker has got into that process: please report it',
  });
}

/** It is gone, and with it the connections to all peers. */
export function receiverLost(how: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XFRD_RECEIVER_LOST',
    message: `the process that reads what peers send ${how}`,
    hint: 'a new one takes its place; what was being received can be sent again',
    cause,
  });
}
