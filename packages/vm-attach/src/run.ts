import type { Invocation, Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import {
  attachDevice,
  changeDisc,
  parseDisk,
  parseNetwork,
  resolveDomain,
  type WantedDevice,
} from '@vm-tools/libdomain';
import type { AttachInput } from './options.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

export async function attach(invocation: Invocation<AttachInput>): Promise<Outcome> {
  const { input, signal, messages } = invocation;
  const wanted = deviceOf(input, messages.warn);
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  const { wait = false, timeout: timeoutMs = DEFAULT_TIMEOUT_MS } = input;
  const options = {
    wait,
    timeoutMs,
    // Waiting for it includes waiting for another tool that holds it.
    waitMs: wait ? timeoutMs : undefined,
    signal,
  };
  const device =
    input.change && 'disk' in wanted
      ? await changeDisc(host, domain, wanted.disk, options)
      : await attachDevice(host, domain, wanted, options);
  const { domid, uuid, name } = domain;
  const text = device.kind === 'vbd' ? `disk ${device.vdev}` : `network device ${device.id} ${device.mac}`;
  return { value: { domid, uuid, name, ...device }, text };
}

function noDisc(kind: string): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: `--change is for the disc of a cdrom drive, not for ${JSON.stringify(kind.slice(0, 64))}`,
    hint: 'write disk behind the domain, or leave --change out',
  });
}

function deviceOf({ kind, words, change }: AttachInput, warn: (message: string) => void): WantedDevice {
  const spec = words.join(',');
  if (kind === 'disk') return { disk: parseDisk(spec) };
  if (change) throw noDisc(kind);
  if (kind === 'network') return { network: parseNetwork(spec, warn) };
  throw new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: `${JSON.stringify(kind.slice(0, 64))} is no kind of device`,
    hint: 'write disk or network behind the domain',
  });
}
