import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { toLibxlJson } from '../../image-config/index.ts';
import { dependsOnHost, processorsOn } from '../../scheduling/processors-on.ts';
import type { WantedProcessors } from '../../scheduling/scheduling.ts';
import { parseConfig } from '../parse-config.ts';
import type { NewDomainConfig } from '../schema.ts';
import { XL_CREATE, type XlCase } from './xl-create.ts';

/** The working directory in which relative paths begin. */
const FOLDER = '/guests';

/** One problem of a configuration that is refused. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
  readonly key?: string;
}

/** What these tools make of a configuration. */
export interface Ours {
  readonly config?: NewDomainConfig;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Reads a configuration as vm-create does. */
export function oursOf(text: string, file: string): Ours {
  const warnings: string[] = [];
  const options = { folder: FOLDER, onWarning: (warning: string) => void warnings.push(warning) };
  try {
    return { config: parseConfig(text, file, options), problems: [], warnings };
  } catch (thrown) {
    if (!(thrown instanceof VmToolsError)) throw thrown;
    return { problems: thrown.details['problems'] as Problem[], warnings };
  }
}

/**
 * How what these tools make of a configuration differs from what xl makes of it, in one line: where it is refused here
 * and started there, that it is started here and refused there, or each key of libxl's JSON, theirs before ours.
 *
 * @returns undefined where both refuse it, or make the same of it
 */
export function differenceOf({ name, text, answer: { status, json } }: XlCase): string | undefined {
  const { config, problems } = oursOf(text, name);
  if (json === undefined || status !== 0) return config === undefined ? undefined : 'taken';
  if (config === undefined) return `refused at ${problems.map(placeOf).join(', ')}`;
  const ours = leavesOf(JSON.parse(toLibxlJson(onHostOfXl({ uuid: 'generated', ...config }))));
  const theirs = leavesOf(asWrittenHere(json));
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])];
  const different = keys.filter((key) => theirs.get(key) !== ours.get(key));
  if (different.length === 0) return undefined;
  return different.map((key) => `${key} ${theirs.get(key) ?? '-'} → ${ours.get(key) ?? '-'}`).join(', ');
}

/** xl counts processors in whole bytes of a bitmap, and so has seven more than the one of that host, on no node. */
const PLACES_OF_XL = Array.from({ length: 8 }, (_, cpu) => ({ cpu, node: cpu === 0 ? 0 : Infinity }));

/** Processors that depend on the host by their numbers, as they are kept with a domain. */
function onHostOfXl({ cpus, cpusSoft, ...config }: NewDomainConfig): NewDomainConfig {
  const named = (lists: WantedProcessors): WantedProcessors =>
    lists.map((list) => (dependsOnHost(list) ? processorsOn(list, PLACES_OF_XL) : list));
  return {
    ...config,
    ...(cpus !== undefined && { cpus: named(cpus) }),
    ...(cpusSoft !== undefined && { cpusSoft: named(cpusSoft) }),
  };
}

/** Where a problem stands, and what it is about. */
export function placeOf({ line, column, key }: Problem): string {
  return [`${line}:${column}`, ...(key === undefined ? [] : [key])].join(' ');
}

/**
 * What is always written differently: relative paths are absolute here, so that a domain starts again from anywhere;
 * what xl leaves to libxl where the file does not say it (one vCPU) is written; and so is `video_memkb`, because the
 * guest gets 1 KiB less than there is without it.
 */
function asWrittenHere(json: object): object {
  const { b_info: build, disks, ...rest } = json as LibxlConfig;
  const hasBootloader = build['bootloader'] !== undefined;
  const absolute = (path: unknown): unknown =>
    typeof path === 'string' && path !== '' && !path.startsWith('/') ? join(FOLDER, path) : path;
  return {
    ...rest,
    b_info: {
      ...build,
      max_vcpus: build['max_vcpus'] ?? 1,
      avail_vcpus: build['avail_vcpus'] ?? [0],
      video_memkb: build['video_memkb'] ?? 0,
      ...(hasBootloader ? {} : { kernel: absolute(build['kernel']), ramdisk: absolute(build['ramdisk']) }),
    },
    disks: disks?.map((disk) =>
      disk['script'] === undefined && disk['backend_domname'] === undefined
        ? { ...disk, pdev_path: absolute(disk['pdev_path']) }
        : disk,
    ),
  };
}

interface LibxlConfig {
  readonly b_info: Readonly<Record<string, unknown>>;
  readonly disks?: readonly Readonly<Record<string, unknown>>[];
}

/** Each value of a JSON text by its path; a list of numbers is one value. */
function leavesOf(json: unknown, path = '', leaves = new Map<string, string>()): Map<string, string> {
  if (json === undefined) return leaves;
  const isTree = typeof json === 'object' && json !== null && Object.keys(json).length > 0;
  const isNumbers = Array.isArray(json) && json.every((item) => typeof item === 'number');
  if (!isTree || isNumbers) return leaves.set(path, JSON.stringify(json));
  for (const [key, value] of Object.entries(json))
    leavesOf(value, path === '' ? key : `${path}.${key}`, leaves);
  return leaves;
}

/** The known differences: of each configuration what it is; `DIFFERENCES.md` has them below their reasons. */
export function knownDifferences(): ReadonlyMap<string, string> {
  const rows = readFileSync(join(XL_CREATE, 'DIFFERENCES.md'), 'utf8').matchAll(/^- `([^`]+)`: (.+)$/gm);
  return new Map([...rows].map(([, name = '', what = '']) => [name, what]));
}
