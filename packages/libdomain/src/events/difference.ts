import type { ShutdownReason } from '@vm-tools/xc-native';
import type { ChangedDomain, DomainChange } from './domain-event.ts';
import type { SeenDomain, SeenHost } from './seen-domain.ts';

type OfOneDomain<Change> = Change extends DomainChange ? Omit<Change, keyof ChangedDomain> : never;
type Detail = OfOneDomain<DomainChange>;

/**
 * What has happened between two looks. Done to the first look, the changes give the second: what came and went again
 * between both is not told, and of several states in a row only the last. Those that are gone come first, then the
 * others by the order of the second look.
 */
export function differenceOf(before: SeenHost, after: SeenHost): DomainChange[] {
  const changes: DomainChange[] = [];
  for (const was of before.values()) {
    const is = after.get(was.domid);
    if (is === undefined || !isSame(was, is)) changes.push({ ...identityOf(was), type: 'gone' });
  }
  for (const is of after.values()) {
    const was = before.get(is.domid);
    const isKnown = was !== undefined && isSame(was, is);
    const details = isKnown ? changesBetween(was, is) : [created(is), ...changesBetween(asCreated(is), is)];
    for (const detail of details) changes.push({ ...identityOf(is), ...detail });
  }
  return changes;
}

/** A number may be another domain's by now; and no domain is young again, or comes back from dying. */
function isSame(was: SeenDomain, is: SeenDomain): boolean {
  if (was.uuid !== is.uuid) return false;
  return (is.phase === 'dying' || was.phase !== 'dying') && (is.hasStarted || !was.hasStarted);
}

const identityOf = ({ domid, uuid, name }: SeenDomain): ChangedDomain => ({ domid, uuid, name });

function created({ targetKib }: SeenDomain): Detail {
  return { type: 'created', ...(targetKib === undefined ? {} : { targetKib }) };
}

/** A domain of which no more than "created" has been said. */
function asCreated({ domid, uuid, name, targetKib }: SeenDomain): SeenDomain {
  const target = targetKib === undefined ? {} : { targetKib };
  return { domid, uuid, name, phase: 'paused', hasStarted: false, ...target, devices: new Map() };
}

function changesBetween(was: SeenDomain, is: SeenDomain): Detail[] {
  const changes: Detail[] = [];
  if (was.name !== is.name) changes.push({ type: 'renamed', from: was.name });
  changes.push(...requestChanges(was, is), ...phaseChanges(was, is));
  if (is.targetKib !== undefined && is.targetKib !== was.targetKib) {
    const { targetKib } = is;
    const from = was.targetKib === undefined ? {} : { fromKib: was.targetKib };
    changes.push({ type: 'memory-target', targetKib, ...from });
  }
  changes.push(...deviceChanges(was, is));
  return changes;
}

function requestChanges(was: SeenDomain, is: SeenDomain): Detail[] {
  if (was.request === is.request) return [];
  if (is.request !== undefined) return [{ type: 'asked', request: is.request }];
  return was.request === undefined ? [] : [{ type: 'answered', request: was.request }];
}

function phaseChanges(was: SeenDomain, is: SeenDomain): Detail[] {
  const starts = is.hasStarted && !was.hasStarted;
  const from = starts ? 'running' : was.phase;
  const changes: Detail[] = starts ? [{ type: 'started' }] : [];
  if (from === is.phase && is.reason === was.reason && is.from === was.from) return changes;
  const isStopped = from === 'suspended' || from === 'shut-down' || from === 'crashed';
  switch (is.phase) {
    case 'running':
      if (from !== 'running') changes.push({ type: isStopped ? 'resumed' : 'unpaused' });
      break;
    case 'paused':
      if (isStopped) changes.push({ type: 'resumed' });
      changes.push({ type: 'paused' });
      break;
    case 'arriving':
      changes.push({ type: 'arriving', ...(is.from === undefined ? {} : { from: is.from }) });
      break;
    case 'shut-down':
    case 'crashed':
      changes.push({ type: is.phase, reason: is.reason as ShutdownReason });
      break;
    case 'suspended':
    case 'dying':
      changes.push({ type: is.phase });
  }
  return changes;
}

function deviceChanges(was: SeenDomain, is: SeenDomain): Detail[] {
  const changes: Detail[] = [];
  for (const [place, { kind, id }] of was.devices)
    if (!is.devices.has(place)) changes.push({ type: 'device-removed', kind, id });
  for (const [place, device] of is.devices) {
    const known = was.devices.get(place);
    if (known === undefined) changes.push({ type: 'device-added', ...device });
    else if (known.frontendState !== device.frontendState || known.backendState !== device.backendState)
      changes.push({ type: 'device-state', ...device });
  }
  return changes;
}
