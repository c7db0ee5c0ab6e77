import type { DomainChange } from '../domain-event.ts';
import type { SeenDomain, SeenHost } from '../seen-domain.ts';

/** The host as it is when this has happened. */
export function applyChange(host: SeenHost, change: DomainChange): SeenHost {
  const { domid, uuid, name } = change;
  const domains = new Map(host);
  const known = domains.get(domid);
  if (change.type === 'gone') {
    if (known?.uuid !== uuid) throw new Error(`${domid} was not there`);
    domains.delete(domid);
  } else if (change.type === 'created') {
    if (known !== undefined) throw new Error(`${domid} was there`);
    const target = change.targetKib === undefined ? {} : { targetKib: change.targetKib };
    domains.set(domid, {
      domid,
      uuid,
      name,
      phase: 'paused',
      hasStarted: false,
      ...target,
      devices: new Map(),
    });
  } else {
    if (known?.uuid !== uuid) throw new Error(`${change.type} of ${domid}, which is not there`);
    domains.set(domid, { ...applyToDomain(known, change), name });
  }
  return domains;
}

function applyToDomain(domain: SeenDomain, change: DomainChange): SeenDomain {
  const { reason: _reason, from: _from, ...rest } = domain;
  const { request: _request, ...unasked } = domain;
  const devices = new Map(domain.devices);
  switch (change.type) {
    case 'started':
      return { ...rest, phase: 'running', hasStarted: true };
    case 'unpaused':
    case 'resumed':
      return { ...rest, phase: 'running' };
    case 'paused':
    case 'suspended':
    case 'dying':
      return { ...rest, phase: change.type };
    case 'arriving':
      return { ...rest, phase: 'arriving', ...(change.from === undefined ? {} : { from: change.from }) };
    case 'shut-down':
    case 'crashed':
      return { ...rest, phase: change.type, reason: change.reason };
    case 'asked':
      return { ...domain, request: change.request };
    case 'answered':
      return unasked;
    case 'memory-target':
      return { ...domain, targetKib: change.targetKib };
    case 'device-added':
    case 'device-state': {
      const { kind, id, frontendState, backendState } = change;
      const place = `${kind}/${id}`;
      if (devices.has(place) === (change.type === 'device-added'))
        throw new Error(`${change.type}: ${place}`);
      return { ...domain, devices: devices.set(place, { kind, id, frontendState, backendState }) };
    }
    case 'device-removed':
      if (!devices.delete(`${change.kind}/${change.id}`)) throw new Error(`${change.id} was not there`);
      return { ...domain, devices };
    default:
      return domain;
  }
}
