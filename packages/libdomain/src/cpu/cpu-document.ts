import type { CpuLeaves } from '@vm-tools/xc-native';
import * as z from 'zod';
import { configError, type Position } from '../config/problems/config-error.ts';
import { Findings } from '../config/problems/findings.ts';
import { readJson } from '../config/json/read-json.ts';
import type { Entries } from '../config/text/entry.ts';
import { readConfigText, type ReadConfigTextOptions } from '../config/text/read-config-text.ts';
import { DOMAIN_TYPES, type DomainType } from '../types/domain-type.ts';
import { cpuFeatureNames, cpuLeafNumbers } from './cpu-level.ts';

/** The version of the document; another one has fields that are not understood here. */
export const CPU_DOCUMENT = 1;

/** What guests of one type are told of the processors of a host, or of several: what they have in common. */
export interface CpuDocument {
  readonly cpuPolicy: typeof CPU_DOCUMENT;
  readonly type: DomainType;
  /** "GenuineIntel", "AuthenticAMD" */
  readonly vendor: string;
  /** the Xen that says so: "4.17.7"; absent where several do */
  readonly xen?: string | undefined;
  readonly leaves: CpuLeaves;
  /** MSR_ARCH_CAPABILITIES, which says what the processor is not vulnerable to; in hexadecimal, absent where it is 0 */
  readonly archCapabilities?: string | undefined;
  /** by the names of Xen's header in lower case, in the order of its featureset */
  readonly features: readonly string[];
}

/** Documents have 5 KiB. */
const MOST_BYTES = 2 ** 17;
const HINT = 'a file that vm-host cpu --json has written is right';

const word = z.string('must be a text').regex(/^[\w.+-]{1,40}$/, 'must be a word');

const schema = z.strictObject({
  cpuPolicy: z.literal(CPU_DOCUMENT, `must be ${CPU_DOCUMENT}: the version of the document`),
  type: z.enum(DOMAIN_TYPES, `must be one of ${DOMAIN_TYPES.join(', ')}`),
  vendor: word,
  xen: z.exactOptional(word),
  leaves: cpuLeafNumbers,
  archCapabilities: z.exactOptional(
    z.string('must be a text').regex(/^0x[\da-f]{1,16}$/, 'must be a number in hexadecimal: "0x8"'),
  ),
  features: cpuFeatureNames,
});

/**
 * Reads a document that `vm-host cpu --json` has printed; pipes such as /dev/stdin will do.
 *
 * @throws VmToolsError CONFIG_UNREADABLE, or what `parseCpuDocument` throws
 */
export async function readCpuDocument(
  path: string,
  options: Pick<ReadConfigTextOptions, 'filesOnly' | 'signal'> = {},
): Promise<CpuDocument> {
  return parseCpuDocument(await readConfigText(path, { ...options, maxBytes: MOST_BYTES }), path);
}

/**
 * @param file only to name the place of an error
 * @throws VmToolsError CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY or CONFIG_INVALID of kind usage, for all that is wrong with it
 */
export function parseCpuDocument(text: string, file: string): CpuDocument {
  const start: Position = { file, line: 1, column: 1 };
  const findings = new Findings();
  const entries = readJson(text.replace(/^\uFEFF/, ''), file, findings);
  findings.throwIfAny();
  const plain = Object.fromEntries([...entries].map(([key, { value }]) => [key, value]));
  const { success, data, error } = schema.safeParse(plain);
  if (success) return data;
  for (const issue of error.issues) addProblem(issue, { entries, start, findings });
  findings.throwIfAny();
  throw error; // an issue is a problem
}

function addProblem(
  issue: z.core.$ZodIssue,
  {
    entries,
    start,
    findings,
  }: { readonly entries: Entries; readonly start: Position; readonly findings: Findings },
): void {
  const { path, message } = issue;
  const key = path[0] === undefined ? undefined : String(path[0]);
  if (key === undefined) {
    for (const unknown of issue.code === 'unrecognized_keys' ? issue.keys : []) {
      const place = entries.get(unknown)?.keyPosition ?? start;
      const shown = JSON.stringify(unknown.slice(0, 64));
      findings.add(
        configError('CONFIG_UNKNOWN_KEY', place, `unknown key ${shown}`, { key: unknown, hint: HINT }),
      );
    }
    return;
  }
  const entry = entries.get(key);
  if (entry === undefined) {
    findings.addMissing(configError('CONFIG_INVALID', start, `${key} is missing`, { key, hint: HINT }));
    return;
  }
  const place = entry.itemPositions?.[Number(path[1])] ?? entry.valuePosition;
  findings.add(configError('CONFIG_INVALID', place, `${path.join('.')} ${message}`, { key, hint: HINT }));
}

/** The document as `vm-host cpu --json` prints it, for a file. */
export function formatCpuDocument(document: CpuDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
