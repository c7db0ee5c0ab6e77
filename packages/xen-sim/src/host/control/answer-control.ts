import { VmToolsError } from '@vm-tools/errors';
import type { SimulatedHost } from '../host.ts';
import type { ControlAnswers, ControlRequest, HostStatus } from './control-messages.ts';

const PAGES_PER_MIB = 256;

/** Answers all but `stop`, which is not about the host but about the process around it. */
export async function answerControl(
  host: SimulatedHost,
  request: ControlRequest,
): Promise<ControlAnswers[Exclude<ControlRequest['ask'], 'stop'>] | null> {
  const { faults } = host;
  switch (request.ask) {
    case 'status':
      return describeHost(host);
    case 'add-fault':
      return { id: faults.add(request.rule) };
    case 'clear-faults': {
      const removed = faults.rules.length;
      faults.clear();
      return { removed };
    }
    case 'faults':
      return { rules: faults.rules, calls: Object.fromEntries(faults.calls) };
    case 'guest':
      return describeGuest(host, request);
    case 'stop':
      return null;
  }
}

function describeHost({ name, machine, seed, faults, root, kernel }: SimulatedHost): HostStatus {
  const { totalPages, freePages, onlineCpus } = machine.physinfo();
  return {
    name,
    pid: process.pid,
    totalMib: totalPages / PAGES_PER_MIB,
    freeMib: Math.floor(freePages / PAGES_PER_MIB),
    cpus: onlineCpus,
    domains: machine.domains.size - 1,
    seed,
    faults: faults.rules.length,
    root,
    kernel,
  };
}

async function describeGuest(
  host: SimulatedHost,
  { domain, change }: Extract<ControlRequest, { ask: 'guest' }>,
): Promise<ControlAnswers['guest']> {
  const { domid, name } = await findDomain(host, domain);
  if (change !== undefined) host.guests.change(domid, change);
  const status = host.guests.statusOf(domid);
  if (status !== undefined) return { ...status, domid, name };
  throw new VmToolsError({
    code: 'XEN_SIM_NO_GUEST',
    kind: 'no-domain',
    message: `domain ${domid} has no simulated guest that has booted`,
    hint: 'unpause it first; an image of a real Xen is memory alone and does nothing',
  });
}

/** By domid, or by name as it is in xenstore. */
async function findDomain(
  { machine, nameOf, name: hostName }: SimulatedHost,
  wanted: string,
): Promise<{ domid: number; name: string }> {
  for (const domid of machine.domains.keys()) {
    const name = (await nameOf(domid)) ?? '';
    if (name === wanted || String(domid) === wanted) return { domid, name };
  }
  throw new VmToolsError({
    code: 'XEN_SIM_NO_DOMAIN',
    kind: 'no-domain',
    message: `no domain of ${hostName} is called "${wanted}"`,
    hint: `vm-list --host sim:${hostName} shows those that there are`,
  });
}
