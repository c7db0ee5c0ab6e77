import {
  forEachDomain,
  GUESTS_AT_ONCE,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
  wrongUse,
} from '@vm-tools/cli';
import {
  attachDevice,
  changeDisc,
  parseDisk,
  parseNetwork,
  resolveDomain,
  type WantedDevice,
} from '@vm-tools/libdomain';
import type { AttachInput } from './options.ts';
import type { Attached } from './result.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

export async function attach(invocation: Invocation<AttachInput>): Promise<Outcome<OneOrList<Attached>>> {
  const { input, signal, messages } = invocation;
  const { domains, wanted } = readWords(input, messages.warn);
  const host = await invocation.openHost();
  const { wait = false, timeout: timeoutMs = DEFAULT_TIMEOUT_MS } = input;
  const options = {
    wait,
    timeoutMs,
    // Waiting for it includes waiting for another tool that holds it.
    waitMs: wait ? timeoutMs : undefined,
    signal,
  };
  const attachOne = async (word: string): Promise<DomainOutcome<Attached>> => {
    const domain = await resolveDomain(host, word);
    const device =
      input.change && 'disk' in wanted
        ? await changeDisc(host, domain, wanted.disk, options)
        : await attachDevice(host, domain, wanted, options);
    const { domid, uuid, name } = domain;
    const text = device.kind === 'vbd' ? `disk ${device.vdev}` : `network device ${device.id} ${device.mac}`;
    return { value: { domid, uuid, name, ...device }, text, line: `${name}: ${text}` };
  };
  return forEachDomain(invocation, domains, attachOne, { atOnce: hasOneWriter(wanted) ? 1 : GUESTS_AT_ONCE });
}

/** Of two that come at the same time each would see the other: none would get it. */
function hasOneWriter(wanted: WantedDevice): boolean {
  return 'disk' in wanted && wanted.disk.access === 'rw';
}

/** The domains, the kind behind them, and the words of the device. @throws USAGE, CONFIG_INVALID */
function readWords(
  { domain: words, change = false }: AttachInput,
  warn: (message: string) => void,
): { readonly domains: readonly string[]; readonly wanted: WantedDevice } {
  const place = words.findIndex((word, index) => index > 0 && (word === 'disk' || word === 'network'));
  if (place === -1)
    throw wrongUse('the kind of the device is missing', 'write disk or network behind the domain');
  const domains = words.slice(0, place);
  const spec = words.slice(place + 1).join(',');
  if (words[place] === 'disk') return { domains, wanted: { disk: parseDisk(spec) } };
  if (change) {
    const message = '--change is for the disc of a cdrom drive, not for a network device';
    throw wrongUse(message, 'write disk behind the domain, or leave --change out');
  }
  const network = parseNetwork(spec, warn);
  if (network.mac !== undefined && new Set(domains).size > 1)
    throw wrongUse(
      `only one domain can have the address ${network.mac}`,
      'leave mac= out: each gets its own',
    );
  return { domains, wanted: { network } };
}
