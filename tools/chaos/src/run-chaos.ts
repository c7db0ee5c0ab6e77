import { createRandom } from '@vm-tools/fuzz/random';
import { judgeCopies } from './judge/copies.ts';
import { judgeImages } from './judge/images.ts';
import { judgeLeftovers } from './judge/leftovers.ts';
import { judgeTicks } from './judge/ticks.ts';
import { playRound } from './round.ts';
import type { Done } from './run-deed.ts';
import { copiesOf, removeImages, settle } from './settle.ts';
import { addGuest, openWorld, type World } from './world.ts';

export interface ChaosOptions {
  /** decides what users do, and when they and the daemons are killed; not how their commands come between each other */
  readonly seed: number;
  /** No round begins after so much time. @default any */
  readonly limitMs?: number;
  /** The number of the first round, which decides with the seed what happens in it. @default 1 */
  readonly from?: number;
  /** @default any number */
  readonly rounds?: number;
}

export interface ChaosReport {
  readonly rounds: number;
  readonly commands: number;
  /** how often each ending came about: "0", "killed", or the code of an error */
  readonly endings: ReadonlyMap<string, number>;
  /** Of the round that ended it; none when all was well. */
  readonly problems: readonly string[];
}

/** Plays rounds until something is wrong, or the time is over. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, limitMs = Infinity, from = 1, rounds = Infinity } = options;
  await using world = await openWorld();
  const endings = new Map<string, number>();
  const endsAt = performance.now() + limitMs;
  let commands = 0;
  for (let round = from; ; round += 1) {
    const done = await playRound(world, createRandom(seed, round));
    commands += done.length;
    for (const { status, code } of done) {
      const ending = code ?? (status === undefined ? 'killed' : String(status));
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    const problems = [...wrongEnds(done), ...(await judge(world))];
    const played = round - from + 1;
    if (problems.length > 0)
      return {
        rounds: played,
        commands,
        endings,
        problems: [`round ${round}:`, ...problems, ...told(done, world)],
      };
    if (played >= rounds || performance.now() >= endsAt)
      return { rounds: played, commands, endings, problems };
    await renew(world);
  }
}

function wrongEnds(done: readonly Done[]): string[] {
  return done.flatMap(({ host, line, problem }) =>
    problem === undefined ? [] : [`${host}: ${line}: ${problem}`],
  );
}

async function judge(world: World): Promise<string[]> {
  const unsettled = await settle(world);
  const judged = await Promise.all([judgeTicks, judgeImages, judgeLeftovers].map((look) => look(world)));
  return [...unsettled, ...judgeCopies(world), ...judged.flat()];
}

/** Guests that users have destroyed are made anew under other names; images are used up. */
async function renew(world: World): Promise<void> {
  await removeImages(world);
  const gone = world.guests.filter((guest) => copiesOf(world, guest).length === 0);
  world.guests = world.guests.filter((guest) => !gone.includes(guest));
  for (const guest of world.guests) guest.mayBeGone = false;
  for (const { type } of gone) await addGuest(world, type);
}

/** The deeds of the round, for a developer who looks for the cause. */
function told(done: readonly Done[], { a, b }: World): string[] {
  const commands = done.map(
    ({ host, line, status, code }) => `${host}$ ${line} -> ${status ?? 'killed'} ${code ?? ''}`,
  );
  const logs = [a, b].flatMap(({ name, xfrd }) => xfrd.log.slice(-40).map((line) => `xfrd ${name}: ${line}`));
  return ['the commands of this round:', ...commands, ...logs];
}
