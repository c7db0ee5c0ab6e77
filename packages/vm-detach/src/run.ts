import type { Invocation, Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { detachDevice, resolveDomain, type DeviceSelector } from '@vm-tools/libdomain';
import type { DetachInput } from './options.ts';

export async function detach(invocation: Invocation<DetachInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  const which = selectorOf(input);
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  const device = await detachDevice(host, domain, which, {
    force: input.force === true,
    ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
    waitMs: input.wait,
    signal,
  });
  const { domid, uuid, name } = domain;
  return { value: { domid, uuid, name, ...device } };
}

function selectorOf({ kind, device }: DetachInput): DeviceSelector {
  if (kind === 'disk') return { vdev: device };
  if (kind === 'network') return /^\d{1,5}$/.test(device) ? { id: Number(device) } : { mac: device };
  throw new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: `${JSON.stringify(kind.slice(0, 64))} is no kind of device`,
    hint: 'write disk or network behind the domain',
  });
}
