import { backendDomid } from '../../devices/backend/backend-domid.ts';
import type { DomainConfig } from '../../config/schema.ts';
import type { DeviceKind, PlacedDomain, PlannedDevice } from '../../devices/kind.ts';
import { plugIn } from '../../devices/plug-in.ts';
import { removeDevice } from '../../devices/remove-device.ts';
import { deviceAt, type NewDevice } from '../../devices/nodes/write-device.ts';
import { libxlPath } from '../../paths.ts';
import type { Step } from '../../step/step.ts';
import type { Made } from '../context.ts';

/** A step for each device of this kind: its nodes, and what follows when they are there. */
export function plugDevices(kind: DeviceKind, config: DomainConfig): readonly Step<PlacedDomain>[] {
  return kind.of(config).map((device) => plugDevice(kind, device));
}

function plugDevice(kind: DeviceKind, planned: PlannedDevice): Step<PlacedDomain> {
  const placed = (domain: PlacedDomain, backendDomid: number): NewDevice => ({
    domid: domain.domid,
    kind: kind.name,
    id: planned.id,
    backendDomid,
    nodes: planned.nodes(domain),
  });
  return {
    name: planned.name,
    about: () => planned.about,
    async run({ host, signal, ...domain }) {
      const fresh = placed(domain, await backendDomid(host, planned.backend));
      await plugIn(host, { kind, fresh, step: planned.name }, signal);
      return {};
    },
    async undo({ host, ...domain }) {
      await removeDevice(host, deviceAt(placed(domain, await backendDomid(host, planned.backend))), kind);
    },
    leaves: (domain) =>
      planned.backend === undefined
        ? deviceAt(placed(domain, 0)).backend
        : `${libxlPath(domain.domid)}/device/${kind.name}/${planned.id}`,
  };
}

/** A step for each device of this kind that is to be waited for before the domain is handed over. */
export function awaitDevices({ of, ready }: DeviceKind, config: DomainConfig): readonly Step<Made>[] {
  if (ready === undefined) return [];
  return of(config).map(({ name }) => ({
    name: `${name}-ready`,
    about: () => ready.about,
    async run({ domid, host, signal }) {
      await ready.wait(host, domid, signal);
      return {};
    },
  }));
}
