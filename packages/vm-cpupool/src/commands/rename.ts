import type { Invocation, Outcome } from '@vm-tools/cli';
import { renamePool, resolvePool, type NamedPool } from '@vm-tools/libdomain';
import type { RenameInput } from '../options.ts';

export async function rename(invocation: Invocation<RenameInput>): Promise<Outcome<NamedPool>> {
  const host = await invocation.openHost();
  const pool = await resolvePool(host, invocation.input.pool);
  const renamed = await renamePool(host, pool, invocation.input.name);
  return { value: renamed, text: `${pool.name}: renamed ${renamed.name}` };
}
