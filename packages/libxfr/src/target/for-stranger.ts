import { VmToolsError } from '@vm-tools/errors';

/** What our own error says, where that is of another transfer than the one of whoever hears it. */
const SAID: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  XFR_GUEST_BUSY: {
    message: 'another transfer of this guest is under way there',
    hint: 'wait until it is through',
  },
  XFR_UNRESOLVED: {
    message: 'an earlier transfer of this guest has not come to its end there',
    hint: 'vm-migrate list on that host shows it, and vm-migrate resolve ends it',
  },
  XFR_TRANSFER_EXISTS: {
    message: 'the id of this transfer cannot be used',
    hint: 'begin a new one',
  },
  XFR_JOURNAL_CORRUPT: {
    message: 'a journal there cannot be read, and may be of this guest',
    hint: 'vm-migrate list on that host shows which',
  },
};

/**
 * An error as a peer hears it: without ids, names and places of what is none of its business. The log of this host has
 * all of it.
 */
export function forStranger(error: VmToolsError): VmToolsError {
  const { code, kind, retry } = error;
  const said = SAID[code];
  return said === undefined ? error : new VmToolsError({ code, kind, retry, ...said });
}
