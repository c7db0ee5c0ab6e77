import type { Invocation, Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { attachDevice, parseDisk, parseNetwork, resolveDomain, type WantedDevice } from '@vm-tools/libdomain';
import type { AttachInput } from './options.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

export async function attach(invocation: Invocation<AttachInput>): Promise<Outcome> {
  const { input, signal, messages } = invocation;
  const wanted = deviceOf(input, messages.warn);
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  const { wait = false, timeout: timeoutMs = DEFAULT_TIMEOUT_MS } = input;
  const device = await attachDevice(host, domain, wanted, {
    wait,
    timeoutMs,
    // Waiting for it includes waiting for another tool that holds it.
    waitMs: wait ? timeoutMs : undefined,
    signal,
  });
  const { domid, uuid, name } = domain;
  const text = device.kind === 'vbd' ? `disk ${device.vdev}` : `network device ${device.id} ${device.mac}`;
  return { value: { domid, uuid, name, ...device }, text };
}

function deviceOf({ kind, words }: AttachInput, warn: (message: string) => void): WantedDevice {
  const spec = words.join(',');
  if (kind === 'disk') return { disk: parseDisk(spec) };
  if (kind === 'network') return { network: parseNetwork(spec, warn) };
  throw new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: `${JSON.stringify(kind.slice(0, 64))} is no kind of device`,
    hint: 'write disk or network behind the domain',
  });
}
