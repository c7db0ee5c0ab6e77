import {
  forEachDomain,
  GUESTS_AT_ONCE,
  type Invocation,
  type OneOrList,
  type Outcome,
  wrongUse,
} from '@vm-tools/cli';
import { detachDevice, resolveDomain, type DeviceSelector } from '@vm-tools/libdomain';
import type { DetachInput } from './options.ts';
import type { Detached } from './result.ts';

export async function detach(invocation: Invocation<DetachInput>): Promise<Outcome<OneOrList<Detached>>> {
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
  return forEachDomain(invocation, domains, detachOne, { atOnce: GUESTS_AT_ONCE });
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
    throw wrongUse('the device is missing', 'write behind the domain: disk xvdb, or network 0');
  if (kind === 'disk') return { domains, what, which: { vdev: device } };
  if (kind === 'network')
    return { domains, what, which: /^\d{1,5}$/.test(device) ? { id: Number(device) } : { mac: device } };
  throw wrongUse(
    `${JSON.stringify(kind.slice(0, 64))} is no kind of device`,
    'write disk or network behind the domain, and then one device',
  );
}
