import { VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';
import type { Host } from '../../host.ts';
import { domainPath } from '../../paths.ts';
import { hasViewers, type ServedGuest } from './arguments.ts';
import { qmpPath } from './paths.ts';

const answer = z.union([
  z.object({ enabled: z.literal(true), host: z.string(), service: z.string() }),
  z.object({ enabled: z.literal(false) }),
]);

/** Where viewers of a guest find its screen: `xl vncviewer` looks there. */
export const vncPath = (domid: number, entry: 'listen' | 'port' | 'pass'): string =>
  `${domainPath(domid)}/console/vnc-${entry}`;

/**
 * Asks the qemu of a guest where it listens for viewers, because it may have had to take another port, and tells it the
 * password, which no command line of it has.
 *
 * @throws DOMAIN_NO_DEVICE_MODEL for an answer that is none; DOM0_QMP_FAILED, DOM0_QMP_SILENT
 */
export async function admitViewers(
  { store, dom0 }: Host,
  { domid, name, framebuffers: [screen] }: ServedGuest,
  signal: AbortSignal,
): Promise<void> {
  if (!hasViewers(screen)) return;
  const socket = qmpPath(domid, 'libxenstat');
  const said = answer.safeParse(await dom0.qmp(socket, 'query-vnc', {}, { signal }));
  if (!said.success) throw notUnderstood(name);
  const { vncPassword: password = '' } = screen;
  if (password !== '') await dom0.qmp(socket, 'change-vnc-password', { password }, { signal });
  const listening = said.data.enabled ? { listen: said.data.host, port: said.data.service } : {};
  const nodes = { ...listening, ...(password === '' ? {} : { pass: password }) };
  await store.transaction(async (tx) => {
    for (const [entry, value] of Object.entries(nodes))
      await tx.write(vncPath(domid, entry as keyof typeof nodes), value);
  });
}

function notUnderstood(name: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NO_DEVICE_MODEL',
    kind: 'failure',
    message: `the qemu of ${name} does not say where it listens for viewers`,
    hint: 'use the qemu of the release of Xen that this host runs',
  });
}
