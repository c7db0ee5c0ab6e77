import { VmToolsError } from '@vm-tools/errors';

/** There is no listener: there is no socket, or one that a crash has left. */
export function isAbsence(thrown: unknown): boolean {
  const { code, details } = thrown as { code?: unknown; details?: { errno?: unknown } };
  return [code, details?.errno].some((errno) => errno === 'ENOENT' || errno === 'ECONNREFUSED');
}

/** The error for a simulated host that does not run. */
export function hostAbsent(name: string, cause: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XEN_SIM_ABSENT',
    kind: 'no-xen',
    message: `no simulated host called "${name}" is running`,
    hint: `start it with xen-sim start ${name}; xen-sim list shows those that run`,
    cause,
  });
}
