import { editDistance, suggest } from '@vm-tools/words';
import type { NetworkInput } from '../devices/network.ts';
import { SpecError } from './spec-error.ts';

/** A network device, and what there is to say about it that does not keep it from being made. */
export interface NetworkSpec {
  readonly network: NetworkInput;
  readonly warnings: readonly string[];
}

type Draft = { -readonly [Key in keyof NetworkInput]: NetworkInput[Key] };

/** Keys of xl 4.17 (parse_nic_config), but for `trusted`, which is a word there that stands alone, as `untrusted` is. */
const SETTERS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  mac: (draft, value) => void (draft.mac = fullMac(value)),
  bridge: (draft, value) => void (draft.bridge = value),
  script: (draft, value) => void (draft.script = value),
  ip: (draft, value) => void (draft.ip = value),
  rate: (draft, value) => void (draft.rate = value),
  vifname: (draft, value) => void (draft.vifname = value),
  model: (draft, value) => void (draft.model = value),
  gatewaydev: (draft, value) => void (draft.gatewayDevice = value),
  netdev: (draft, value) => void (draft.gatewayDevice = value),
  backend: (draft, value) => void (draft.backend = value),
  devid: (draft, value) => void (draft.id = count(value)),
  mtu: (draft, value) => void (draft.mtu = count(value)),
  trusted: (draft, value) => void (draft.trusted = count(value) !== 0),
  type: setType,
};

const KNOWN_KEYS = Object.keys(SETTERS);
/** Of COLO, which xl has and these tools do not. */
const COLO_KEY = /^(forwarddev|colo_\w+)$/;

/**
 * Reads a network device as xl 4.17 writes one: `mac=00:16:3e:…,bridge=xenbr0`. Nothing at all is one with all
 * defaults.
 *
 * @throws SpecError
 */
export function readNetworkSpec(spec: string): NetworkSpec {
  const network: Draft = {};
  const warnings: string[] = [];
  for (const part of spec.split(',')) {
    const word = part.replace(/^ +/, '');
    if (word !== '') readPart(network, word, warnings);
  }
  return { network, warnings };
}

function readPart(network: Draft, word: string, warnings: string[]): void {
  const [, key = '', value = ''] = /^([a-z_\d]+)=(.*)$/s.exec(word) ?? [];
  const shown = JSON.stringify(word.slice(0, 64));
  if (word === 'trusted' || word === 'untrusted') network.trusted = word === 'trusted';
  else if (Object.hasOwn(SETTERS, key)) SETTERS[key]?.(network, value);
  else if (COLO_KEY.test(key))
    throw new SpecError(`${key}= is not supported yet`, undefined, undefined, 'CONFIG_UNSUPPORTED');
  else if (key === 'accel') warnings.push('accel= is ignored, as by xl');
  else {
    const name = word.split('=', 1)[0] ?? '';
    const meant = suggest(name, KNOWN_KEYS);
    if (meant !== undefined && editDistance(name.toLowerCase(), meant) <= 2)
      throw new SpecError('unrecognized argument', word, `did you mean "${meant}"?`, 'CONFIG_UNKNOWN_KEY');
    warnings.push(`${shown} is nothing that xl knows, and is ignored`);
  }
  if (key === 'netdev') warnings.push('netdev= is an older name of gatewaydev=');
  if (key === 'model') warnings.push('model= has no effect: there is no emulated card');
}

function setType(draft: Draft, value: string): void {
  if (value !== 'vif' && value !== 'ioemu')
    throw new SpecError("Invalid parameter `type'", value, 'write vif, or leave it out');
  draft.type = value;
}

/** xl reads each byte as a number, whatever stands between them: "0:16:3e:1:2:3" will do, and "00-16-3e-01-02-03". */
function fullMac(value: string): string {
  return value
    .trim()
    .split(/[:-]/)
    .map((byte) => byte.padStart(2, '0'))
    .join(':');
}

/** What is no number is left to the schema, which says what is wrong with it. */
function count(value: string): number {
  return /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
}
