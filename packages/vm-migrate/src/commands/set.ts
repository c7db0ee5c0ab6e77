import { VmToolsError } from '@vm-tools/errors';
import type { Invocation, Outcome } from '@vm-tools/cli';
import { changeServed, type SettingsChange } from '@vm-tools/libxfr/control';
import type { SetInput } from '../options.ts';
import type { Steered } from '../result.ts';
import { describeSettings } from '../transfers/describe-transfer.ts';
import { findUnderWay } from '../transfers/find-under-way.ts';

/** Changes limits of a transfer while it runs. */
export async function set(invocation: Invocation<SetInput>): Promise<Outcome<Steered>> {
  const { input, signal } = invocation;
  const { bwlimit, stopAndCopyBwlimit, maxDowntime: maxDowntimeMs, onNoConvergence } = input;
  const change: SettingsChange = {
    ...(bwlimit === undefined ? {} : { bwlimit }),
    ...(stopAndCopyBwlimit === undefined ? {} : { stopAndCopyBwlimit }),
    ...(maxDowntimeMs === undefined ? {} : { maxDowntimeMs }),
    ...(onNoConvergence === undefined ? {} : { onNoConvergence }),
  };
  if (Object.keys(change).length === 0) throw nothingToSet();
  const { id, guest, socketPath } = await findUnderWay(invocation, input.transfer);
  const settings = await changeServed(socketPath, id, change, { signal });
  return { value: { id, guest, settings }, text: `${guest.name}: ${describeSettings(settings)}` };
}

function nothingToSet(): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: 'nothing was said that is to change',
    hint: 'give at least one of --bwlimit, --stop-and-copy-bwlimit, --max-downtime and --on-no-convergence',
  });
}
