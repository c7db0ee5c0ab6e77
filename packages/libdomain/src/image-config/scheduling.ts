import type { DomainConfig } from '../config/index.ts';
import {
  DEFAULT_CAP,
  DEFAULT_WEIGHT,
  MOST_CPUS,
  MOST_WEIGHT,
  type ProcessorsOfVcpus,
  type Scheduling,
} from '../scheduling/scheduling.ts';

/** The part of libxl's JSON of a domain that says how it is made: `b_info`. */
type Build = Record<string, unknown>;

const [HARD, SOFT] = ['vcpu_hard_affinity', 'vcpu_soft_affinity'] as const;
const MOST_CAP = 0xffff;

/**
 * The scheduling that libxl's JSON asks for. It may come from anywhere: what makes no sense asks for nothing.
 *
 * @param vcpus how many the domain has
 */
export function readScheduling(json: string, vcpus: number): Scheduling {
  const build = buildOf(json);
  if (build === undefined) return {};
  const { cpuWeight, cap } = sharesIn(build);
  return {
    hard: readAffinity(build[HARD], vcpus),
    soft: readAffinity(build[SOFT], vcpus),
    weight: cpuWeight === DEFAULT_WEIGHT ? undefined : cpuWeight,
    cap: cap === DEFAULT_CAP ? undefined : cap,
    online: readOnline(build['avail_vcpus'], vcpus),
  };
}

/** What the JSON says of shares of processor time, be it as with every new domain. */
export function readShares(json: string): Shares {
  return sharesIn(buildOf(json) ?? {});
}

type Shares = Pick<DomainConfig, 'cpuWeight' | 'cap'>;

function sharesIn(build: Build): Shares {
  const params = isObject(build['sched_params']) ? build['sched_params'] : {};
  const { weight, cap } = params;
  return {
    ...(isCount(weight, MOST_WEIGHT) && weight > 0 && { cpuWeight: weight }),
    ...(isCount(cap, MOST_CAP) && { cap }),
  };
}

/**
 * Writes it where libxl looks for it. A restore by xl pins the vCPUs again then, and places the domain on no node by
 * itself. Where libxl has placed it on a node, what the domain would rather run on follows from that, and stays out.
 */
export function writeScheduling(build: Build, scheduling: Scheduling): void {
  const { hard, soft, weight, cap, online } = scheduling;
  const isPlaced = build['numa_placement'] === 'True' && hard === undefined;
  if (hard === undefined) delete build['vcpu_hard_affinity'];
  else build[HARD] = hard;
  if (!isPlaced && soft === undefined) delete build['vcpu_soft_affinity'];
  else if (!isPlaced) build[SOFT] = soft;
  if (!isPlaced && (hard ?? soft) !== undefined) build['numa_placement'] = 'False';
  if (online !== undefined && !isSame(online, build['avail_vcpus'])) build['avail_vcpus'] = online;
  const params = isObject(build['sched_params']) ? build['sched_params'] : {};
  const isSaid = (key: string, value: number | undefined, usual: number): value is number =>
    value !== undefined && (value !== usual || params[key] !== undefined);
  if (isSaid('weight', weight, DEFAULT_WEIGHT)) params['weight'] = weight;
  if (isSaid('cap', cap, DEFAULT_CAP)) params['cap'] = cap;
  if (Object.keys(params).length > 0) build['sched_params'] = params;
}

/** libxl leaves the list out of a domain whose first vCPU alone is online. */
function isSame(online: readonly number[], said: unknown): boolean {
  const known = new Set<unknown>(Array.isArray(said) ? said : [0]);
  return known.size === online.length && online.every((vcpu) => known.has(vcpu));
}

function readAffinity(value: unknown, vcpus: number): ProcessorsOfVcpus | undefined {
  if (!Array.isArray(value)) return undefined;
  const lists = value.slice(0, vcpus).map((list: unknown) => (isListOfCpus(list) ? list : []));
  return lists.every((list) => list.length === 0) ? undefined : lists;
}

function isListOfCpus(list: unknown): list is number[] {
  return Array.isArray(list) && list.length <= MOST_CPUS && list.every((cpu) => isCount(cpu, MOST_CPUS - 1));
}

/** libxl brings up vCPU 0 where nothing is said; none at all is nothing that a guest could run on. */
function readOnline(value: unknown, vcpus: number): readonly number[] | undefined {
  if (!Array.isArray(value)) return vcpus === 1 ? undefined : [0];
  const known = new Set(value.filter((vcpu): vcpu is number => isCount(vcpu, vcpus - 1)));
  return known.size === 0 || known.size === vcpus ? undefined : [...known].sort((a, b) => a - b);
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function buildOf(json: string): Build | undefined {
  try {
    const build = (JSON.parse(json.replace(/\0$/, '')) as { readonly b_info?: unknown }).b_info;
    return isObject(build) ? build : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
