/** What trials do to a pool, and what they wait for. */
import type { Pool } from './pool.ts';

/** @returns the node that has the guest, and another one */
export async function place(pool: Pool): Promise<readonly [from: number, to: number]> {
  const [from] = await pool.where();
  if (from === undefined) throw new Error('the guest is nowhere');
  await pool.until(async () => (await pool.ticks(from)) > 3, 'the guest to count');
  return [from, from === 1 ? 2 : 1];
}

export async function standby(pool: Pool, node: number, state: 'on' | 'off' = 'on'): Promise<void> {
  await pool.on(node, `crm_attribute -N n${node} -n standby -v ${state} -t nodes`);
}

/** Until the guest runs on a node, as another one knows it, and counts. */
export async function started(pool: Pool, asked: number, node: number): Promise<void> {
  await pool.until(
    async () => (await pool.believed(asked)) === `Started n${node}`,
    `the guest to be on n${node}`,
  );
  const before = await pool.ticks(node);
  await pool.until(async () => (await pool.ticks(node)) > before, 'the guest to count');
  requireSame(await pool.where(), [node]);
}

export async function startedSomewhere(pool: Pool, asked: number): Promise<number> {
  const off = (): string => pool.fenced[0]?.split(' ')[0] ?? '';
  await pool.until(async () => {
    const believed = await pool.believed(asked);
    return /^Started n\d$/.test(believed) && off() !== '' && !believed.endsWith(off());
  }, 'the guest to start elsewhere');
  const to = Number((await pool.believed(asked)).at(-1));
  await started(pool, asked, to);
  return to;
}

export async function fenced(pool: Pool, what: string): Promise<void> {
  await pool.until(() => Promise.resolve(pool.fenced.length > 0), what);
}

export async function blocked(pool: Pool, node: number): Promise<void> {
  await pool.until(async () => (await pool.believed(node)).includes('blocked'), 'the move to fail');
}

/** Until the source has told the target to start the guest, which takes its time. */
export async function committed(pool: Pool, from: number, to: number): Promise<void> {
  await pool.on(to, `xen-sim fault n${to} --call domainUnpause --delay 60`);
  await standby(pool, from);
  await pool.until(async () => (await pool.transfer(from)) === 'committed', 'the source to commit');
}

/** The command that operators type first, and nothing must come of it. */
export async function cleanUp(pool: Pool, node: number): Promise<void> {
  const before = await pool.ticks(node);
  await pool.on(node, 'crm_resource --cleanup');
  await pool.until(
    async () => (await pool.ticks(node)) > before + 50,
    'the count to go on behind a clean-up',
  );
  requireSame(await pool.where(), [node]);
}

export async function clear(pool: Pool, node: number): Promise<void> {
  const { code, stderr } = await pool.on(node, 'vm-pool clear web1');
  require(code === 0, `vm-pool: ${code} ${stderr}`);
}

export async function isMember(pool: Pool, asked: number, node: number): Promise<boolean> {
  return (await pool.on(asked, 'crm_node -p')).stdout.split(/\s+/).includes(`n${node}`);
}

export async function member(pool: Pool, asked: number, node: number): Promise<void> {
  await pool.until(async () => isMember(pool, asked, node), `n${node} to be back`);
}

export async function runs(pool: Pool, node: number, program: string): Promise<boolean> {
  return (await pool.on(node, `pgrep -x ${program}`)).code === 0;
}

export function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

export function requireSame(found: readonly unknown[], wanted: readonly unknown[]): void {
  require(JSON.stringify(found) === JSON.stringify(wanted), `${found.join()} and not ${wanted.join()}`);
}
