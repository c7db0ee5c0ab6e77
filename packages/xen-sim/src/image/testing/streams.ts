import { buffer } from 'node:stream/consumers';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { saveDomain } from '../save/save-domain.ts';
import { suspends } from './guest-host.ts';

/** The stream of a guest, which suspends for it. */
export async function savedStream(machine: Machine, domain: MachineDomain): Promise<Buffer> {
  const call = saveDomain(machine, domain.domid, { live: false, suspend: suspends(machine, domain) });
  const [bytes] = await Promise.all([buffer(call.stream), call.done]);
  return bytes;
}
