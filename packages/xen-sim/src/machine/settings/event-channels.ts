import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

/** Two levels of 64 words of 64 bits: all ports that a guest has which does not ask for the FIFO kind. */
const PORTS_OF_TWO_LEVELS = 4096;
/** Xen keeps port 0 for itself. */
const FIRST_PORT = 1;

/** EVTCHNOP_alloc_unbound: the lowest free port. The remote domain need not exist yet. */
export function allocUnbound(domain: DomainState, remoteDomid: number): number {
  const { domid, evtchns } = domain;
  if (domain.isDying) throw failed('EINVAL', domid);
  const ports = Math.min(domain.maxEvtchnPort + 1, PORTS_OF_TWO_LEVELS);
  for (let port = FIRST_PORT; port < ports; port++) {
    if (evtchns.has(port)) continue;
    evtchns.set(port, remoteDomid);
    return port;
  }
  throw failed('ENOSPC', domid);
}

function failed(errno: 'EINVAL' | 'ENOSPC', domid: number): ReturnType<typeof refuse> {
  return refuse('xc_evtchn_alloc_unbound', errno, domid, [
    'error: do_evtchn_op: HYPERVISOR_event_channel_op failed: -1: Internal error',
  ]);
}
