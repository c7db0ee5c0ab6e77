import type { Device } from '../nodes/list-devices.ts';

/** The domain and the driver that serve a device, as the path of its backend has them. */
export interface BackendPlace {
  readonly backendDomid: number;
  /** "vbd", "qdisk", "vif", … */
  readonly backendKind: string;
  /** of the guest */
  readonly domid: number;
  /** below the home of the backend's domain, as hotplug scripts are told it: "backend/vif/7/0" */
  readonly relative: string;
}

const PATH = /^\/local\/domain\/(\d+)\/(backend\/([\w-]+)\/(\d+)\/[\w-]+)$/;

/** @returns undefined for a path that no toolstack writes */
export function backendPlace({ backend }: Pick<Device, 'backend'>): BackendPlace | undefined {
  const [, backendDomid, relative, backendKind, domid] = PATH.exec(backend) ?? [];
  if (relative === undefined || backendKind === undefined) return undefined;
  return { backendDomid: Number(backendDomid), backendKind, domid: Number(domid), relative };
}
