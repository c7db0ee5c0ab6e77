import { forEachDomain, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { detachDevice, resolveDomain, type DeviceSelector } from '@vm-tools/libdomain';
import type { DetachInput } from './options.ts';

/** Guests take their time by themselves, and cost the host nothing meanwhile. */
const AT_ONCE = 64;

export async function detach(invocation: Invocation<DetachInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  const { domains, what, which } = readWords(input);
  const host = await invocation.openHost();
  const options = {
    force: input.force === true,
    ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }),
    waitMs: input.wait,
    signal,
  };
  const detachOne = async (word: string) => {
    const domain = await resolveDomain(host, word);
    const device = await detachDevice(host, domain, which, options);
    const { domid, uuid, name } = domain;
    return { value: { domid, uuid, name, ...device }, line: `${name}: without ${what}` };
  };
  return forEachDomain(invocation, domains, detachOne, { atOnce: AT_ONCE });
}

/** The words of a command line: domains, and behind them the device. */
interface Words {
  readonly domains: readonly string[];
  /** e.g. "disk xvdb" */
  readonly what: string;
  readonly which: DeviceSelector;
}

/** @throws USAGE */
function readWords({ domain: words }: DetachInput): Words {
  const domains = words.slice(0, -2);
  const [kind = '', device = ''] = words.slice(-2);
  const what = `${kind} ${device}`;
  if (domains.length === 0)
    throw usage('the device is missing', 'write behind the domain: disk xvdb, or network 0');
  if (kind === 'disk') return { domains, what, which: { vdev: device } };
  if (kind === 'network')
    return { domains, what, which: /^\d{1,5}$/.test(device) ? { id: Number(device) } : { mac: device } };
  throw usage(
    `${JSON.stringify(kind.slice(0, 64))} is no kind of device`,
    'write disk or network behind the domain, and then one device',
  );
}

function usage(message: string, hint: string): VmToolsError {
  return new VmToolsError({ code: 'USAGE', kind: 'usage', message, hint });
}
