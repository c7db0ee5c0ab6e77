import { VmToolsError } from '@vm-tools/errors';

/** The words of our own error for a peer, where the error is about a transfer that is not that peer's. */
const SAID: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  XFR_GUEST_BUSY: {
    message: 'another transfer of this guest is under way there',
    hint: 'wait until it is through',
  },
  XFR_UNRESOLVED: {
    message: 'an earlier transfer of this guest has not come to its end there',
    hint: 'on that host, find it with vm-migrate list and end it with vm-migrate resolve',
  },
  XFR_TRANSFER_EXISTS: {
    message: 'the id of this transfer cannot be used',
    hint: 'begin a new one',
  },
  XFR_JOURNAL_CORRUPT: {
    message: 'a journal there cannot be read, and may be of this guest',
    hint: 'find it on that host with vm-migrate list',
  },
};

/**
 * An error as a peer gets it: without ids, names and places that are none of its business. The log of this host has all
 * of it.
 */
export function forStranger(error: VmToolsError): VmToolsError {
  const { code, kind, retry } = error;
  const said = SAID[code];
  return said === undefined ? error : new VmToolsError({ code, kind, retry, ...said });
}
