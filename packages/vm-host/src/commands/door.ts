import type { Invocation, Outcome } from '@vm-tools/cli';
import { closeHost, reopenHost } from '@vm-tools/libdomain';
import type { CloseInput } from '../options.ts';
import type { Door } from '../result.ts';

/** From now on no guest comes that is not here. */
export async function close({ input, root }: Invocation<CloseInput>): Promise<Outcome<Door>> {
  const why = input.because ?? 'its operator has closed it';
  await closeHost({ root }, why);
  return { value: { open: false, why }, text: 'this host takes no guests any more' };
}

/** Guests may come again. */
export async function open({ root }: Invocation<object>): Promise<Outcome<Door>> {
  await reopenHost({ root });
  return { value: { open: true }, text: 'this host takes guests' };
}
