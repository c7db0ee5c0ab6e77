import type { CpuPool, SchedulerName } from '@vm-tools/xc-native';
import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';

/** Those that Debian's Xen was built with. */
const BUILT_IN: readonly SchedulerName[] = ['credit', 'credit2', 'rtds', 'null'];

interface State {
  readonly scheduler: SchedulerName;
  readonly cpus: Set<number>;
}

/** The pools of processors of a machine, with the rules of xen/common/sched/cpupool.c. */
export class CpuPools {
  readonly #pools = new Map<number, State>();
  readonly #cpus: number;
  readonly #domains: () => Iterable<DomainState>;

  constructor(cpus: number, domains: () => Iterable<DomainState>) {
    this.#cpus = cpus;
    this.#domains = domains;
    this.#pools.set(0, { scheduler: 'credit2', cpus: new Set(Array(cpus).keys()) });
  }

  list(): CpuPool[] {
    return [...this.#pools].map(([id, { scheduler, cpus }]) => ({
      id,
      scheduler,
      domains: this.#domainsOf(id).length,
      cpus: [...cpus].sort((a, b) => a - b),
    }));
  }

  freeCpus(): number[] {
    const taken = [...this.#pools.values()].flatMap(({ cpus }) => [...cpus]);
    return [...Array(this.#cpus).keys()].filter((cpu) => !taken.includes(cpu));
  }

  /** The number behind the highest one. */
  create(scheduler: SchedulerName): number {
    if (!BUILT_IN.includes(scheduler)) throw refuse('xc_cpupool_create', 'ENOENT');
    if (this.#pools.size > this.#cpus) throw refuse('xc_cpupool_create', 'ENOSPC');
    const id = Math.max(...this.#pools.keys()) + 1;
    this.#pools.set(id, { scheduler, cpus: new Set() });
    return id;
  }

  destroy(id: number): void {
    const { cpus } = this.#find(id, 'xc_cpupool_destroy');
    if (cpus.size > 0 || this.#domainsOf(id).length > 0) throw refuse('xc_cpupool_destroy', 'EBUSY');
    this.#pools.delete(id);
  }

  addCpu(id: number, cpu: number): void {
    const call = 'xc_cpupool_addcpu';
    if (cpu >= this.#cpus) throw refuse(call, 'EINVAL');
    if (!this.freeCpus().includes(cpu)) throw refuse(call, 'ENODEV');
    this.#find(id, call).cpus.add(cpu);
  }

  removeCpu(id: number, cpu: number): void {
    const call = 'xc_cpupool_removecpu';
    const { cpus } = this.#find(id, call);
    if (!cpus.has(cpu)) throw refuse(call, 'EINVAL');
    if (cpus.size === 1 && this.#domainsOf(id).length > 0) throw refuse(call, 'EBUSY');
    cpus.delete(cpu);
  }

  moveDomain(id: number, domain: DomainState): void {
    const call = 'xc_cpupool_movedomain';
    if (domain.domid === 0) throw refuse(call, 'EPERM', domain.domid);
    if (this.#pools.get(id)?.cpus.size === 0) throw refuse(call, 'ENOENT', domain.domid);
    this.#find(id, call);
    domain.cpupool = id;
  }

  #find(id: number, call: string): State {
    const pool = this.#pools.get(id);
    if (pool === undefined) throw refuse(call, 'ENOENT');
    return pool;
  }

  #domainsOf(id: number): DomainState[] {
    return [...this.#domains()].filter(({ cpupool }) => cpupool === id);
  }
}
