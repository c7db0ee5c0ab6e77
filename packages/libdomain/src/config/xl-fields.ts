import type { DomainConfigInput } from './schema.ts';
import type { Entries, Entry } from './entry.ts';
import type { Fields } from './fields.ts';
import { invalid, refuseUnknownKeys, unsupported } from './fields.ts';
import { UNSUPPORTED_XL_KEYS, XL_KEYS } from './xl-keys.ts';

type XlKey = (typeof XL_KEYS)[number];

/** Keys whose strings a field takes as they are. */
const TEXT_KEYS = {
  name: 'name',
  uuid: 'uuid',
  kernel: 'kernel',
  ramdisk: 'ramdisk',
  on_poweroff: 'onPoweroff',
  on_reboot: 'onReboot',
  on_crash: 'onCrash',
} as const satisfies Partial<Record<XlKey, keyof DomainConfigInput>>;

/** Fields from the entries of an xl.cfg, with the meaning that xl gives them. */
export function fieldsOfXl(entries: Entries, onWarning: (message: string) => void): Fields {
  refuseUnknownKeys(entries, [...XL_KEYS, ...UNSUPPORTED_XL_KEYS]);
  refuseUnsupportedKeys(entries);
  const fields: Fields = new Map();
  for (const [key, field] of Object.entries(TEXT_KEYS)) {
    const entry = entries.get(key);
    if (entry !== undefined) fields.set(field, { value: text(entry), entry });
  }
  addType(fields, entries);
  addCmdline(fields, entries, onWarning);
  addMemory(fields, entries);
  addVcpus(fields, entries);
  return fields;
}

function refuseUnsupportedKeys(entries: Entries): void {
  for (const entry of entries.values()) {
    if (!UNSUPPORTED_XL_KEYS.includes(entry.key)) continue;
    if (Array.isArray(entry.value) && entry.value.length === 0) continue; // `disk = []` asks for nothing
    throw unsupported(
      entry,
      'is not supported yet',
      entry.key === 'pvh' ? 'write type = "pvh" instead' : 'xl create still starts such a domain',
    );
  }
}

/** `builder` is the name that `type` had until Xen 4.10; both may stand there if they agree. */
function addType(fields: Fields, entries: Entries): void {
  const type = entries.get('type');
  if (type !== undefined) fields.set('type', { value: text(type), entry: type });
  const builder = entries.get('builder');
  if (builder === undefined) return;
  const named = text(builder);
  if (named === 'hvm') throw unsupported(builder, '"hvm" is not supported yet');
  if (named !== 'generic')
    throw invalid(builder, 'must be "generic" or "hvm"', 'better leave it out and set type');
  if (type !== undefined && text(type) !== 'pv')
    throw invalid(builder, `"generic" contradicts type "${text(type)}"`);
  fields.set('type', { value: 'pv', entry: type ?? builder });
}

/** `root` and `extra` are the older way to say `cmdline`, which wins. */
function addCmdline(fields: Fields, entries: Entries, onWarning: (message: string) => void): void {
  const cmdline = entries.get('cmdline');
  const root = entries.get('root');
  const extra = entries.get('extra');
  const older = root ?? extra;
  if (cmdline !== undefined) {
    fields.set('cmdline', { value: text(cmdline), entry: cmdline });
    if (older === undefined) return;
    const { file, line } = older.keyPosition;
    onWarning(`${file}:${line}: root and extra are ignored because cmdline is given`);
  } else if (older !== undefined) {
    const words = [...(root ? [`root=${text(root)}`] : []), ...(extra ? [text(extra)] : [])];
    fields.set('cmdline', { value: words.join(' '), entry: older });
  }
}

function addMemory(fields: Fields, entries: Entries): void {
  const maxmem = entries.get('maxmem');
  const memory = entries.get('memory') ?? maxmem; // what is not said starts with all it may have
  if (memory !== undefined) fields.set('memoryKib', { value: integer(memory) * 1024, entry: memory });
  if (maxmem !== undefined) fields.set('maxMemoryKib', { value: integer(maxmem) * 1024, entry: maxmem });
}

function addVcpus(fields: Fields, entries: Entries): void {
  const vcpus = entries.get('vcpus');
  if (vcpus !== undefined) fields.set('vcpus', { value: integer(vcpus), entry: vcpus });
  const maxvcpus = entries.get('maxvcpus');
  if (maxvcpus === undefined) return;
  const online = vcpus === undefined ? 1 : integer(vcpus);
  const most = integer(maxvcpus);
  if (most < online) throw invalid(maxvcpus, `must not be less than vcpus, which is ${online}`);
  if (most > online) {
    throw unsupported(
      maxvcpus,
      'above vcpus is not supported yet',
      `write vcpus = ${most} to start with all of them`,
    );
  }
}

function text(entry: Entry): string {
  if (typeof entry.value === 'string') return entry.value;
  throw invalid(entry, 'must be a string, not a list');
}

/** A number as C's strtol reads it, and therefore xl: 0x10 is hexadecimal, 010 is octal. */
function integer(entry: Entry): number {
  const value = text(entry);
  if (entry.isAppended === true) throw invalid(entry, 'is a number, += does not suit it');
  const digits = /^0[0-7]+$/.test(value) ? `0o${value.slice(1)}` : value;
  if (/^([1-9]\d{0,14}|0|0x[\da-f]{1,12}|0o[0-7]{1,15})$/i.test(digits)) return Number(digits);
  throw invalid(entry, `must be a number, not ${JSON.stringify(value.slice(0, 64))}`);
}
