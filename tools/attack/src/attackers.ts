import { Worker } from 'node:worker_threads';
import type { Outcomes } from './attack.ts';
import type { Prey } from './prey.ts';

/** One attack, told to the thread that makes it. */
export interface Order {
  /** the place of the attack in `ATTACKS` */
  readonly attack: number;
  readonly prey: Prey;
  readonly count: number;
}

/**
 * Makes so many connections in a thread of the lowest priority: attackers have machines of their own, and their own
 * processor time must not be taken for the time that they cost xfrd.
 */
export async function attackFromAfar(order: Order): Promise<Outcomes> {
  const worker = new Worker(new URL('attacker.ts', import.meta.url), { workerData: order });
  const { promise, resolve, reject } = Promise.withResolvers<Outcomes>();
  worker
    .once('message', resolve)
    .once('error', reject)
    .once('exit', () => reject(new Error('no outcomes')));
  return promise;
}
