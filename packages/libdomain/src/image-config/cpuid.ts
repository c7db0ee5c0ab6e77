import {
  CPU_FEATURE_WORDS,
  NO_SUBLEAF,
  type CpuidRegister,
  type CpuLeaves,
  type FeatureWord,
} from '@vm-tools/xc-native';
import type { CpuLevel, FeatureChanges } from '../cpu/index.ts';

/**
 * A leaf of libxl's list of CPUID policies: bits as texts, the highest first. `1` and `0` are what the guest is told,
 * and what xl tells it, too, when it starts it again; `x`, `k` and `s` are other words of xl's `cpuid`.
 */
type Entry = Partial<Record<'leaf' | 'subleaf', number>> &
  Partial<Record<(typeof NAMES)[CpuidRegister], string>>;

const NAMES = { a: 'eax', b: 'ebx', c: 'ecx', d: 'edx' } as const;

/** The leaves whose eax counts others, and what the count begins with. */
const COUNTS = [
  ['basic', 0, NO_SUBLEAF, 0],
  ['features', 7, 0, 0],
  ['extended', 0x8000_0000, NO_SUBLEAF, 0x8000_0000],
] as const;

/** libxl's form: MSRs are none of ours. */
interface Libxl {
  readonly cpuid: readonly Entry[];
  readonly msr: readonly unknown[];
}

/** As libxl keeps it. Leaves without any feature are left out: libxl refuses one that its host does not have. */
export function toLibxlCpuid({ features, leaves }: CpuLevel): Libxl {
  const wanted = new Set(features);
  const used = CPU_FEATURE_WORDS.filter((word) =>
    word.names.some((name) => name !== undefined && wanted.has(name)),
  );
  const entries = new Map<string, Entry>();
  const set = (leaf: number, subleaf: number, register: CpuidRegister, bits: number): void => {
    const key = `${leaf} ${subleaf}`;
    const entry = entries.get(key) ?? { leaf, ...(subleaf === NO_SUBLEAF ? {} : { subleaf }) };
    entries.set(key, { ...entry, [NAMES[register]]: bits.toString(2).padStart(32, '0') });
  };
  if (leaves !== undefined)
    for (const [name, leaf, subleaf, first] of COUNTS) set(leaf, subleaf, 'a', first + leaves[name]);
  for (const { leaf, subleaf, register, names } of CPU_FEATURE_WORDS) {
    if (!used.some((word) => word.leaf === leaf && word.subleaf === subleaf)) continue;
    const bits = names.map((name, bit) => (name !== undefined && wanted.has(name) ? 2 ** bit : 0));
    set(
      leaf,
      subleaf,
      register,
      bits.reduce((sum, bit) => sum + bit, 0),
    );
  }
  return { cpuid: [...entries.values()], msr: [] };
}

/** Changes of single features as libxl keeps them; the others are as its host has them. */
export function toLibxlChanges(changes: FeatureChanges): Libxl {
  const entries = new Map<string, Entry>();
  for (const { leaf, subleaf, register, names } of CPU_FEATURE_WORDS) {
    const bits = Array.from({ length: 32 }, (_, bit) => bitText(changes.get(names[bit] ?? '')));
    if (bits.every((bit) => bit === UNCHANGED)) continue;
    const key = `${leaf} ${subleaf}`;
    const entry = entries.get(key) ?? { leaf, ...(subleaf === NO_SUBLEAF ? {} : { subleaf }) };
    entries.set(key, { ...entry, [NAMES[register]]: bits.reverse().join('') });
  }
  return { cpuid: [...entries.values()], msr: [] };
}

/** Reads changes of single features; what else there is in the list is not read. */
export function fromLibxlChanges(value: unknown): FeatureChanges {
  const changes = new Map<string, boolean>();
  for (const { leaf, subleaf, register, names } of CPU_FEATURE_WORDS) {
    const entry = entriesOf(value).find(
      (one) => one.leaf === leaf && (one.subleaf ?? NO_SUBLEAF) === subleaf,
    );
    const text: unknown = entry?.[NAMES[register]];
    if (typeof text !== 'string' || text.length !== 32) continue;
    names.forEach((name, bit) => {
      const word = text[31 - bit];
      if (name !== undefined && (word === '0' || word === '1')) changes.set(name, word === '1');
    });
  }
  return changes;
}

const UNCHANGED = 'x';

function bitText(value: boolean | undefined): string {
  if (value === undefined) return UNCHANGED;
  return value ? '1' : '0';
}

function entriesOf(value: unknown): readonly Entry[] {
  const list: unknown = isObject(value) && 'cpuid' in value ? value.cpuid : value;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/**
 * Reads it back. A list of another kind, such as that of xl's own `cpuid = "host,…"`, says what to change of the host's
 * features and not what they are: see `fromLibxlChanges`.
 *
 * @param value as an array, or as libxl writes it since it has MSRs there
 */
export function fromLibxlCpuid(value: unknown): CpuLevel | undefined {
  const entries = entriesOf(value);
  const find = (leaf: number, subleaf: number): Entry | undefined =>
    entries.find((entry) => entry.leaf === leaf && (entry.subleaf ?? NO_SUBLEAF) === subleaf);
  const bitsOf = (leaf: number, subleaf: number, register: CpuidRegister): number | undefined =>
    readBits(find(leaf, subleaf)?.[NAMES[register]]);
  const isOther = ({ leaf, subleaf, register }: FeatureWord): boolean =>
    find(leaf, subleaf)?.[NAMES[register]] !== undefined && bitsOf(leaf, subleaf, register) === undefined;
  if (CPU_FEATURE_WORDS.some(isOther)) return undefined;
  const features = CPU_FEATURE_WORDS.flatMap((word) =>
    namesOf(word, bitsOf(word.leaf, word.subleaf, word.register) ?? 0),
  );
  if (features.length === 0) return undefined;
  const counts = COUNTS.map(([name, leaf, subleaf, first]) => {
    const count = bitsOf(leaf, subleaf, 'a');
    return [name, count === undefined || count < first ? undefined : count - first] as const;
  });
  if (counts.some(([, count]) => count === undefined)) return { features };
  return { features, leaves: Object.fromEntries(counts) as Record<keyof CpuLeaves, number> };
}

function namesOf({ names }: FeatureWord, bits: number): readonly string[] {
  return names.filter((name, bit): name is string => name !== undefined && ((bits >>> bit) & 1) === 1);
}

/** Of a text of bits, the highest first; undefined for what is none. */
function readBits(text: unknown): number | undefined {
  return typeof text === 'string' && /^[01]{32}$/.test(text) ? Number.parseInt(text, 2) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
