import type { Credit2Params, CreditParams, CpuPool, SchedulerName } from '@vm-tools/xc-native';
import type { DomainState } from '../domain/domain-state.ts';
import { refuse } from '../refuse.ts';
import { checkCreditParams, checkRatelimit, DEFAULT_PARAMS } from './scheduler-params.ts';

/** Those that Debian's Xen was built with. */
const BUILT_IN: readonly SchedulerName[] = ['credit', 'credit2', 'rtds', 'null'];

interface State {
  readonly scheduler: SchedulerName;
  readonly cpus: Set<number>;
  params: CreditParams;
}

/** The pools of processors of a machine, with the rules of xen/common/sched/cpupool.c. */
export class CpuPools {
  readonly #pools = new Map<number, State>();
  readonly #cpus: number;
  readonly #domains: () => Iterable<DomainState>;

  constructor(cpus: number, domains: () => Iterable<DomainState>) {
    this.#cpus = cpus;
    this.#domains = domains;
    this.#pools.set(0, {
      scheduler: 'credit2',
      cpus: new Set(Array(cpus).keys()),
      params: DEFAULT_PARAMS,
    });
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
    this.#pools.set(id, { scheduler, cpus: new Set(), params: DEFAULT_PARAMS });
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

  creditParams(id: number): CreditParams {
    return this.#withScheduler(id, 'credit', 'xc_sched_credit_params_get').params;
  }

  setCreditParams(id: number, params: CreditParams): void {
    const call = 'xc_sched_credit_params_set';
    const pool = this.#withScheduler(id, 'credit', call);
    checkCreditParams(params, call);
    pool.params = params;
  }

  credit2Params(id: number): Credit2Params {
    const { params } = this.#withScheduler(id, 'credit2', 'xc_sched_credit2_params_get');
    return { ratelimitUs: params.ratelimitUs };
  }

  setCredit2Params(id: number, { ratelimitUs }: Credit2Params): void {
    const call = 'xc_sched_credit2_params_set';
    const pool = this.#withScheduler(id, 'credit2', call);
    checkRatelimit(ratelimitUs, call);
    pool.params = { ...pool.params, ratelimitUs };
  }

  moveDomain(id: number, domain: DomainState): void {
    const call = 'xc_cpupool_movedomain';
    if (domain.domid === 0) throw refuse(call, 'EPERM', domain.domid);
    if (this.#pools.get(id)?.cpus.size === 0) throw refuse(call, 'ENOENT', domain.domid);
    this.#find(id, call);
    domain.cpupool = id;
  }

  #withScheduler(id: number, scheduler: SchedulerName, call: string): State {
    const pool = this.#pools.get(id);
    if (pool === undefined) throw refuse(call, 'ESRCH');
    if (pool.scheduler !== scheduler) throw refuse(call, 'EINVAL');
    return pool;
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
