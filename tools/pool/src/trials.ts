import type { Pool } from './pool.ts';

/** Something that happens to a pool, and what must come of it. */
export interface Trial {
  readonly name: string;
  readonly run: (pool: Pool) => Promise<void>;
}

export const TRIALS: readonly Trial[] = [
  {
    name: 'standby: the guest moves live, and its count goes on',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.until(async () => (await pool.ticks(from)) > 3, 'the guest to count');
      await pool.on(from, `crm_attribute -N n${from} -n standby -v on -t nodes`);
      await pool.until(async () => (await pool.believed(to)) === `Started n${to}`, 'the guest to move');
      const before = await pool.ticks(from);
      await pool.until(async () => (await pool.ticks(to)) > before, 'the count to go on');
      require(pool.fenced.length === 0, `fenced: ${pool.fenced.join()}`);
    },
  },
  {
    name: 'kill -9 of corosync and pacemaker: the node is fenced, the guest starts elsewhere',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.on(from, 'pkill -9 corosync; pkill -9 pacemaker');
      await pool.until(
        async () => (await pool.believed(to)) === `Started n${to}`,
        'the guest to start elsewhere',
      );
      await pool.until(async () => (await pool.ticks(to)) > 3, 'the guest to count');
      require(pool.fenced.join() === `n${from} for n${to}`, `fenced: ${pool.fenced.join()}`);
    },
  },
  {
    name: 'moved behind the back of Pacemaker, and a clean-up: no second copy',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.on(from, `vm-migrate web1 n${to}`);
      await pool.until(async () => (await pool.believed(from)) === `Started n${to}`, 'Pacemaker to find it');
      const before = await pool.ticks(to);
      await pool.on(from, 'crm_resource --cleanup');
      await pool.until(
        async () => (await pool.ticks(to)) > before + 50,
        'the count to go on behind the clean-up',
      );
      require((await pool.where()).join() === String(to), 'it is at its new place alone');
      require(pool.fenced.length === 0, `fenced: ${pool.fenced.join()}`);
    },
  },
  {
    name: 'a move that fails harmlessly: the guest runs on where it was',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.on(to, `xen-sim fault n${to} --call domainCreate --errno ENOMEM`);
      await pool.on(from, `crm_attribute -N n${from} -n standby -v on -t nodes`);
      await pool.until(async () => (await pool.believed(to)).includes('blocked'), 'the move to fail');
      const before = await pool.ticks(from);
      await pool.until(async () => (await pool.ticks(from)) > before + 20, 'the guest to run on');
      const told = (await pool.log(from)).filter((line) => line.includes('ocf-exit-reason:'));
      require(told.some((line) =>
        line.includes('Cannot allocate memory'),
      ), `the reason is told: ${told.join()}`);
      require(pool.fenced.length === 0, `fenced: ${pool.fenced.join()}`);
    },
  },
  {
    name: 'the power of the node goes: the guest starts elsewhere, once',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.powerOff(from);
      await pool.until(
        async () => (await pool.believed(to)) === `Started n${to}`,
        'the guest to start elsewhere',
      );
      await pool.until(async () => (await pool.ticks(to)) > 3, 'the guest to count');
    },
  },
];

/** @returns the node that has the guest, and the other one */
async function place(pool: Pool): Promise<readonly [from: number, to: number]> {
  const [from] = await pool.where();
  if (from === undefined) throw new Error('the guest is nowhere');
  return [from, from === 1 ? 2 : 1];
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
