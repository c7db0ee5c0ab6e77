import type { Random } from '@vm-tools/fuzz/random';
import { chooseDeed } from './deed.ts';
import { runDeed, type Done } from './run-deed.ts';
import type { ChaosHost, World } from './world.ts';

const ERRNOS = ['EIO', 'ENOMEM', 'EBUSY'] as const;

/** Some users at once, each with one command after the other, while calls fail and daemons are killed. */
export async function playRound(world: World, random: Random): Promise<readonly Done[]> {
  for (const host of [world.a, world.b]) addFault(host, random);
  const done: Done[] = [];
  const user = async (): Promise<void> => {
    for (let left = 1 + random.below(4); left > 0; left -= 1) {
      const deed = chooseDeed(world, random);
      if (deed !== undefined) done.push(await runDeed(deed, random));
      if (random.oneIn(12)) await restartXfrd(random.pick([world.a, world.b]));
    }
  };
  await Promise.all(Array.from({ length: 2 + random.below(3) }, user));
  return done;
}

/** In one round of three a host fails once, in another one it is slow. */
function addFault({ test: { simulated } }: ChaosHost, random: Random): void {
  const { faults } = simulated;
  const calls = [...faults.calls.keys()].filter((call) => call !== 'xenstore.watch');
  const kind = random.below(3);
  if (kind === 0 && calls.length > 0)
    faults.add({ call: random.pick(calls), nth: 1 + random.below(20), errno: random.pick(ERRNOS) });
  else if (kind === 1) faults.add({ call: 'domain*', delayMs: 5 + random.below(20), times: 300 });
}

async function restartXfrd({ xfrd }: ChaosHost): Promise<void> {
  await xfrd.kill();
  await xfrd.ensure().catch(() => undefined); // a call of it may have failed, as this round wants it
}
