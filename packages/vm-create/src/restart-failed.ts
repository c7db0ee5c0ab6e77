import { ensureMonitor, type DomainOutcome, type Invocation } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { findPending, restartDomain } from '@vm-tools/libdomain';
import { readPeer, trustFolder } from '@vm-tools/trust';
import type { CreateInput } from './options.ts';
import type { Restarted, RunsAlready } from './result.ts';

/** Starts a guest again whose restart has failed, with the configuration that was kept. */
export async function restartFailed(
  invocation: Invocation<CreateInput>,
  wanted: string,
  settings: readonly string[],
): Promise<DomainOutcome<Restarted | RunsAlready>> {
  const { messages, root, signal } = invocation;
  if (settings.length > 0) throw noSettings();
  const host = await invocation.openHost();
  const pending = await findPending(host, wanted);
  if (pending === undefined) throw notPending(wanted);
  const domain = await restartDomain(host, pending, {
    signal,
    onLog: messages.trace,
    rulesOfPeer: (peer) => readPeer(trustFolder(root), peer),
  });
  await ensureMonitor(invocation);
  const { uuid, name } = pending;
  if (domain === undefined)
    return { value: { uuid, name, state: 'runs-already' }, line: `${name}: runs already` };
  const { domid } = domain;
  return { value: { domid, uuid, name }, text: String(domid), line: `${name}: domid ${domid}` };
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
