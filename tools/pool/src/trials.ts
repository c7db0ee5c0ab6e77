import {
  blocked,
  cleanUp,
  clear,
  committed,
  fenced,
  isMember,
  member,
  place,
  require,
  requireSame,
  runs,
  standby,
  started,
  startedSomewhere,
} from './acts.ts';
import { AGENT_ON_NODE, type Pool } from './pool.ts';

/** Something that happens to a pool, and what must come of it. */
export interface Trial {
  readonly name: string;
  /** @default 2 */
  readonly nodes?: number;
  readonly run: (pool: Pool) => Promise<void>;
}

export const TRIALS: readonly Trial[] = [
  {
    name: 'life: a guest of two nodes is started, moved, moved in doubt, and started elsewhere when its node is killed',
    async run(pool) {
      const [one, other] = await place(pool);
      await standby(pool, one);
      await started(pool, other, other);
      await standby(pool, one, 'off');

      await committed(pool, other, one);
      await pool.xfrd(one, 'kill');
      await blocked(pool, other);
      const early = await pool.on(other, 'vm-pool clear web1 --within 1');
      require(early.code === 9, `not decided yet: ${early.code} ${early.stderr}`);
      await pool.xfrd(one, 'start');
      await clear(pool, other);
      await started(pool, one, one);
      await standby(pool, other, 'off');
      requireSame(pool.fenced, []);

      await pool.on(one, 'pkill -9 corosync; pkill -9 pacemaker');
      await started(pool, other, other);
      requireSame(pool.fenced, [`n${one} for n${other}`]);
      requireSame(await pool.starts(), [one, other]);
      await cleanUp(pool, other);
    },
  },
  {
    name: 'tester: ocf-tester finds nothing to complain of',
    async run(pool) {
      const [from] = await place(pool);
      await pool.on(from, 'crm_attribute -n maintenance-mode -v true');
      await pool.on(from, 'vm-destroy web1');
      const parameters = Object.entries(pool.parameters).map(([name, value]) => `-o ${name}=${value}`);
      const tested = await pool.on(
        from,
        `ocf-tester -v -n web1 ${parameters.join(' ')} ${AGENT_ON_NODE} 2>&1`,
      );
      require(tested.code === 0, `${tested.code} ${tested.stdout}`);
      require(tested.stdout.includes('passed all tests'), tested.stdout);
    },
  },
  {
    name: 'standby: the guest moves live, and its count goes on',
    async run(pool) {
      const [from, to] = await place(pool);
      await standby(pool, from);
      await started(pool, to, to);
      require(pool.fenced.length === 0, `fenced: ${pool.fenced.join()}`);
      requireSame(await pool.starts(), [from]);
    },
  },
  {
    name: 'kill -9 of corosync and pacemaker: the node is fenced, the guest starts elsewhere',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.on(from, 'pkill -9 corosync; pkill -9 pacemaker');
      await started(pool, to, to);
      requireSame(pool.fenced, [`n${from} for n${to}`]);
      requireSame(await pool.starts(), [from, to]);
      await cleanUp(pool, to);
    },
  },
  {
    name: 'behind: moved by hand, without a word to Pacemaker, and a clean-up: no second copy',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.on(from, `vm-migrate web1 n${to}`);
      await started(pool, from, to);
      await cleanUp(pool, to);
      requireSame(pool.fenced, []);
    },
  },
  {
    name: 'failing: a move that fails harmlessly, and is cleared: the guest runs on, and moves then',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.on(to, `xen-sim fault n${to} --call domainCreate --errno ENOMEM --times 1000`);
      await standby(pool, from);
      await blocked(pool, from);
      const before = await pool.ticks(from);
      await pool.until(async () => (await pool.ticks(from)) > before + 20, 'the guest to run on');
      const told = (await pool.log(from)).filter((line) => line.includes('ocf-exit-reason:'));
      require(told.some((line) =>
        line.includes('Cannot allocate memory'),
      ), `the reason is told: ${told.join()}`);
      await pool.on(to, `xen-sim fault n${to} --clear`);
      await clear(pool, from);
      await started(pool, to, to);
      requireSame(pool.fenced, []);
      requireSame(await pool.starts(), [from]);
    },
  },
  {
    name: 'power: that of the node goes, the guest starts elsewhere, once',
    async run(pool) {
      const [from, to] = await place(pool);
      await pool.powerOff(from);
      await started(pool, to, to);
      await cleanUp(pool, to);
      requireSame(await pool.starts(), [from, to]);
    },
  },
  {
    name: 'uncertain: the target loses xfrd when it was to start the guest; cleared, it runs there, and nowhere else',
    async run(pool) {
      const [from, to] = await place(pool);
      await committed(pool, from, to);
      await pool.xfrd(to, 'kill');
      await blocked(pool, from);
      const early = await pool.on(from, 'vm-pool clear web1 --within 1');
      require(early.code === 9, `not decided yet: ${early.code} ${early.stderr}`);
      await pool.xfrd(to, 'start');
      await clear(pool, from);
      await started(pool, to, to);
      await cleanUp(pool, to);
      requireSame(pool.fenced, []);
      requireSame(await pool.starts(), [from]);
    },
  },
  {
    name: 'fence: the target loses its power when it was to start the guest; the older copy is not resumed',
    async run(pool) {
      const [from, to] = await place(pool);
      await committed(pool, from, to);
      await pool.powerOff(to);
      await fenced(pool, 'the target to be fenced');
      await pool.on(from, `crm_attribute -N n${from} -n standby -v off -t nodes`);
      await clear(pool, from);
      await started(pool, from, from);
      require((await pool.transfer(from)) === 'kept', `it is ${await pool.transfer(from)}`);
      requireSame(await pool.starts(), [from, from]);
    },
  },
  {
    name: 'cable: of two nodes the one with the guest fences the other, and the guest runs on',
    async run(pool) {
      const [from, to] = await place(pool);
      const before = await pool.ticks(from);
      await pool.cable(from, 'down');
      await fenced(pool, 'one to be fenced');
      await pool.until(async () => (await pool.ticks(from)) > before + 50, 'the guest to run on');
      requireSame(pool.fenced, [`n${to} for n${from}`]);
      await pool.cable(from, 'up');
      await pool.powerOn(to);
      await member(pool, from, to);
      await cleanUp(pool, from);
      requireSame(await pool.starts(), [from]);
    },
  },
  {
    name: 'three: the cable of the node with the guest is out; the others fence it, and one starts the guest',
    nodes: 3,
    async run(pool) {
      const [from, other] = await place(pool);
      await pool.cable(from, 'down');
      await fenced(pool, 'the node to be fenced');
      const to = await startedSomewhere(pool, other);
      require(pool.fenced.every((each) => each.startsWith(`n${from} for `)), `fenced: ${pool.fenced.join()}`);
      await cleanUp(pool, to);
      requireSame(await pool.starts(), [from, to]);
    },
  },
  {
    name: 'frozen: of three nodes that with the guest stands still, comes back, and leaves in good order: not fenced twice',
    nodes: 3,
    async run(pool) {
      const [from, other] = await place(pool);
      await pool.freeze(from);
      const to = await startedSomewhere(pool, other);
      require(pool.fenced.every((each) => each.startsWith(`n${from} for `)), `fenced: ${pool.fenced.join()}`);
      await pool.powerOn(from);
      await member(pool, to, from);
      await cleanUp(pool, to);
      requireSame(await pool.starts(), [from, to]);
      // Its old fence says nothing of a host that has come back and is silent now: the guest may run there.
      await pool.on(to, 'crm_attribute -n maintenance-mode -v true');
      await pool.on(to, `vm-destroy web1`);
      await pool.on(from, 'kill -TERM $(pgrep -x pacemakerd)');
      await pool.until(async () => !(await runs(pool, from, 'pacemakerd')), 'Pacemaker to end');
      await pool.on(from, 'kill -TERM $(pgrep -x corosync)');
      await pool.until(async () => !(await isMember(pool, to, from)), 'the node to leave');
      await pool.cable(from, 'down');
      const { code, reason } = await pool.agent(to, 'start');
      require(code === 1 && reason === `n${from} does not answer, and may have it`, `${code} ${reason}`);
    },
  },
];
