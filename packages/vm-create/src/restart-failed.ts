import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { findPending, restartDomain } from '@vm-tools/libdomain';
import { readPeer, trustFolder } from '@vm-tools/trust';
import type { CreateInput } from './options.ts';

/** Starts a guest again whose restart has failed, with the configuration that was kept. */
export async function restartFailed(invocation: Invocation<CreateInput>): Promise<Outcome> {
  const { input, messages, root, signal } = invocation;
  if (input.settings.length > 0) throw noSettings();
  const host = await invocation.openHost();
  const pending = await findPending(host, input.file);
  if (pending === undefined) throw notPending(input.file);
  const domain = await restartDomain(host, pending, {
    signal,
    onLog: messages.trace,
    rulesOfPeer: (peer) => readPeer(trustFolder(root), peer),
  });
  await ensureMonitor(invocation);
  const { uuid, name } = pending;
  if (domain === undefined) return { value: { uuid, name, state: 'runs-already' } };
  return { value: { domid: domain.domid, uuid, name }, text: String(domain.domid) };
}

function noSettings(): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: 'a guest is restarted with the configuration that it had',
    hint: 'leave out key=value, or create it from a file',
  });
}

function notPending(wanted: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NOT_PENDING',
    kind: 'no-domain',
    message: `no restart of ${wanted} has failed on this host`,
    hint: 'see what runs, and which restarts have failed, with vm-list',
    details: { wanted },
  });
}
