import { parseCpuid } from '../../cpu/cpuid-text.ts';
import { DOMAIN_TYPES } from '../../types/domain-type.ts';
import type { Fields } from '../fields.ts';
import { invalid, unsupported } from '../fields.ts';
import type { Findings } from '../problems/findings.ts';
import type { XlType } from '../keys/foreign.ts';
import { exampleNumber } from '../keys/example-number.ts';
import type { Key } from '../keys/key.ts';
import { FIELDS, KEYS, type Field } from '../keys/keys.ts';
import { meantMib } from '../memory-size.ts';
import { isDeviceField, readDevices } from '../read-devices.ts';
import type { ProcessorsField } from '../processors.ts';
import { addProcessors, isProcessorsField } from '../read-processors.ts';
import type { Entries, Entry } from '../text/entry.ts';
import { FRAMEBUFFER_KEYS, framebufferOf } from './framebuffer-spec.ts';
import { judgeForeignKeys } from './judge-foreign-keys.ts';
import { SpecError } from './spec-error.ts';
import { COMMAND_LINE } from './overrides.ts';

/** Fields that take more than one key of xl.cfg to be read. */
const COMPOSED: readonly Field[] = ['type', 'cmdline', 'memoryKib', 'maxMemoryKib', 'cpuid'];

/** Fields from the entries of an xl.cfg, with the meaning that xl gives them. */
export function fieldsOfXl(entries: Entries, findings: Findings): Fields {
  const fields: Fields = new Map();
  findings.collect(() => addType(fields, entries));
  const type = typeOf(fields);
  const screen = type === 'pv' ? screenAtTop(entries) : [];
  judgeForeignKeys(entries, { type, taken: screen.map(({ key }) => key) }, findings);
  for (const field of FIELDS) {
    const entry = entries.get(KEYS[field].xl);
    if (entry === undefined || COMPOSED.includes(field) || isProcessorsField(field)) continue;
    warnOfType(field, { entry, type }, findings);
    findings.collect(() => {
      if (isDeviceField(field)) fields.set(field, readDevices(entry, field, 'xl', findings));
      else if (KEYS[field].kind === 'count') fields.set(field, { value: integer(entry), entry });
      else if (KEYS[field].kind === 'flag') addFlag(fields, field, entry);
      else if (KEYS[field].kind === 'memory') addMemoryOf(fields, field, entry);
      else if (KEYS[field].kind === 'word') fields.set(field, { value: word(field, entry), entry });
      else if (KEYS[field].kind === 'words') fields.set(field, { value: words(entry), entry });
      else fields.set(field, { value: text(entry), entry });
    });
  }
  findings.collect(() => addScreen(fields, screen));
  findings.collect(() => addCpuid(fields, entries));
  findings.collect(() => addCmdline(fields, entries, findings));
  findings.collect(() => addMemory(fields, entries));
  findings.collect(() => addMaxMemory(fields, entries));
  for (const field of FIELDS.filter(isProcessorsField)) {
    const entry = entries.get(KEYS[field].xl);
    if (entry !== undefined) findings.collect(() => addAffinity(fields, { field, entry }, findings));
  }
  return fields;
}

/** The keys at the top of the file that make a screen of a pv domain: only where `vnc` says so and there is no `vfb`. */
function screenAtTop(entries: Entries): Entry[] {
  const [vnc, vfb] = [entries.get('vnc'), entries.get('vfb')];
  const isOwn = vfb === undefined || (Array.isArray(vfb.value) && vfb.value.length === 0);
  const isAsked = typeof vnc?.value === 'string' && /^\s*[+-]?(0x)?0*[1-9a-f]/i.test(vnc.value);
  if (!isAsked || !isOwn) return [];
  return FRAMEBUFFER_KEYS.flatMap((key) => entries.get(key) ?? []);
}

function addScreen(fields: Fields, screen: readonly Entry[]): void {
  const [first] = screen;
  if (first === undefined) return;
  const words = screen.map(
    (entry) => [entry.key, isNumber(entry) ? String(integer(entry)) : text(entry)] as const,
  );
  const items = [{ name: 'the screen', position: first.valuePosition }];
  fields.set('framebuffers', { value: [framebufferOf(words, () => undefined)], entry: first, items });
}

/** At the top of a file they are numbers as all others there; in `vfb` xl reads them another way. */
function isNumber({ key }: Entry): boolean {
  return ['vnc', 'vncdisplay', 'vncunused', 'sdl', 'opengl'].includes(key);
}

/** For the other keys; where the type makes no sense, the one is assumed that has the fewest. */
function typeOf(fields: Fields): XlType {
  const type = fields.get('type');
  if (type === undefined) return 'pv';
  return type.value === 'hvm' ? 'hvm' : (DOMAIN_TYPES.find((known) => known === type.value) ?? 'pvh');
}

/** `builder` is the name that `type` had until Xen 4.10; both may be given if they agree. */
function addType(fields: Fields, entries: Entries): void {
  const type = entries.get('type');
  if (type !== undefined) fields.set('type', { value: text(type), entry: type });
  const builder = entries.get('builder');
  if (builder === undefined) return;
  const named = text(builder);
  if (named !== 'generic' && named !== 'hvm')
    throw invalid(builder, `must be "generic" or "hvm": ${shown(named)}`, 'leave it out and set type');
  const meant = named === 'hvm' ? 'hvm' : 'pv';
  if (type !== undefined && text(type) !== meant)
    throw invalid(builder, `"${named}" contradicts type "${text(type)}"`, 'leave builder out');
  fields.set('type', { value: meant, entry: type ?? builder });
}

/** `root` and `extra` are the older way to say `cmdline`, which wins. */
function addCmdline(fields: Fields, entries: Entries, findings: Findings): void {
  const cmdline = entries.get('cmdline');
  const root = entries.get('root');
  const extra = entries.get('extra');
  const older = root ?? extra;
  if (cmdline !== undefined) {
    fields.set('cmdline', { value: text(cmdline), entry: cmdline });
    if (older !== undefined)
      findings.warn(older.keyPosition, 'root and extra are ignored because cmdline is given');
  } else if (older !== undefined) {
    const words = [...(root ? [`root=${text(root)}`] : []), ...(extra ? [text(extra)] : [])];
    fields.set('cmdline', { value: words.join(' '), entry: older });
  }
}

/** In the form "host,…"; an empty text says nothing. */
function addCpuid(fields: Fields, entries: Entries): void {
  const entry = entries.get('cpuid');
  if (entry === undefined) return;
  if (Array.isArray(entry.value)) {
    if (entry.value.length === 0) return;
    const hint = 'write "host,aes=0" with the names of the features';
    throw unsupported(entry, 'has bits in the syntax of xend, which is not supported', hint);
  }
  try {
    parseCpuid(text(entry));
    if (text(entry) !== '') fields.set('cpuid', { value: text(entry), entry });
  } catch (thrown) {
    if (!(thrown instanceof SpecError)) throw thrown;
    const refuse = thrown.code === 'CONFIG_UNSUPPORTED' ? unsupported : invalid;
    throw refuse(entry, thrown.message, thrown.hint);
  }
}

/** A domain without `memory` starts with all that it may have. */
function addMemory(fields: Fields, entries: Entries): void {
  const memory = entries.get('memory') ?? entries.get('maxmem');
  if (memory !== undefined) fields.set('memoryKib', { value: mebibytes(memory) * 1024, entry: memory });
}

function addMaxMemory(fields: Fields, entries: Entries): void {
  const maxmem = entries.get('maxmem');
  const isRead = fields.get('memoryKib')?.entry === maxmem;
  if (maxmem !== undefined && (isRead || entries.has('memory')))
    fields.set('maxMemoryKib', { value: mebibytes(maxmem) * 1024, entry: maxmem });
}

/** None is as much as is usual, as in libxl: a domain that needs such memory could not be built with none. */
function addMemoryOf(fields: Fields, field: Field, entry: Entry): void {
  const mib = mebibytes(entry);
  if (mib !== 0) fields.set(field, { value: mib * 1024, entry });
}

function warnOfType(
  field: Field,
  { entry, type }: { readonly entry: Entry; readonly type: XlType },
  findings: Findings,
): void {
  const { types = [type] }: Key = KEYS[field];
  if (!types.includes(type))
    findings.warn(entry.keyPosition, `${entry.key} has no effect on a ${type} domain`);
}

/** Any number but 0 is yes; an empty text says nothing. */
function addFlag(fields: Fields, field: Field, entry: Entry): void {
  if (entry.value !== '') fields.set(field, { value: integer(entry) !== 0, entry });
}

/** In any case of its letters, and in older files by its number. */
function word(field: Field, entry: Entry): string {
  const { words = [] }: Key = KEYS[field];
  const value = text(entry);
  return /^\s*[+-]?\d/.test(value) ? (words[integer(entry)] ?? value) : value.toLowerCase();
}

/** xl 4.17 counts no vCPU where the file does not, and so keeps none to some processors. */
function addAffinity(
  fields: Fields,
  { field, entry }: { readonly field: ProcessorsField; readonly entry: Entry },
  findings: Findings,
): void {
  const vcpus = (fields.get('maxVcpus') ?? fields.get('vcpus'))?.value;
  const isCounted = vcpus !== undefined;
  const ignored: Fields = new Map();
  addProcessors(isCounted ? fields : ignored, { field, entry, vcpus }, findings);
  if (!isCounted)
    findings.warn(
      entry.keyPosition,
      `${entry.key} has no effect without vcpus, as in xl: write vcpus = 1 as well`,
    );
}

function text(entry: Entry): string {
  if (typeof entry.value === 'string') return entry.value;
  throw invalid(entry, 'must be a string, not a list');
}

/** A list; xl also takes one text, and cuts it at blanks. */
function words({ value }: Entry): unknown {
  return typeof value === 'string' ? value.split(/[ \t\n]+/).filter((word) => word !== '') : value;
}

function mebibytes(entry: Entry): number {
  const mib = typeof entry.value === 'string' ? meantMib(entry.value) : undefined;
  if (mib === undefined) return integer(entry);
  throw invalid(
    entry,
    `must be a number of MiB, not ${shown(entry.value as string)}`,
    assignment(entry, mib),
  );
}

/** A number as C's strtol reads it, and therefore xl: 0x10 is hexadecimal, 010 is octal. */
function integer(entry: Entry): number {
  const value = text(entry);
  if (entry.isAppended === true) throw invalid(entry, 'is a number, += does not suit it');
  const [, sign = '', written = ''] = /^\s*([+-]?)(.*)$/s.exec(value) ?? [];
  const digits = /^0[0-7]+$/.test(written) ? `0o${written.slice(1)}` : written;
  if (/^([1-9]\d{0,29}|0|0x[\da-f]{1,24}|0o[0-7]{1,30})$/i.test(digits))
    return sign === '-' ? -Number(digits) : Number(digits);
  throw invalid(
    entry,
    `must be a number, not ${shown(value)}`,
    assignment(entry, exampleNumber(entry.key, value) ?? 1),
  );
}

/** The hint to write another number, as the file or the command line takes it. */
function assignment({ key, keyPosition }: Entry, value: number | string): string {
  return `write ${key}${keyPosition.file === COMMAND_LINE ? '=' : ' = '}${value}`;
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 64));
}
