import { expect, test } from '@jest/globals';
import { runChaos } from './run-chaos.ts';

/** A minute of it is part of every test run; `npm run chaos` takes an hour. */
const SECONDS = Number(process.env['VM_TOOLS_CHAOS_SECONDS'] ?? 60);
const SEED = Number(process.env['VM_TOOLS_CHAOS_SEED'] ?? Math.floor(Date.now() / 1000) % 1_000_000);

/** Rounds in which something went wrong once, as seed and number. */
const REGRESSIONS: readonly (readonly [seed: number, round: number])[] = [
  [1, 2], // vm-save was killed when it had asked the guest to suspend
  [940226, 7], // vm-restore was killed when its domain had no nodes yet
];

const limitMs = SECONDS * 1000;
/** The last round may begin when the time is over, and a command in it that hangs is waited for. */
const TEST_LIMIT_MS = limitMs + 600_000;

test(
  `users, kills and faults at once: each guest stays one, and each image is one moment of it (seed ${SEED})`,
  async () => {
    const { rounds, commands, endings, problems } = await runChaos({ seed: SEED, limitMs });
    const counts = [...endings].sort(([, a], [, b]) => b - a).map(([ending, count]) => `${ending} ${count}`);
    console.log(`chaos: seed ${SEED}, ${rounds} rounds, ${commands} commands: ${counts.join(', ')}`);
    expect(problems).toEqual([]);
  },
  TEST_LIMIT_MS,
);

test.each(REGRESSIONS)(
  'seed %d, round %d, in which something went wrong once',
  async (seed, round) => {
    expect((await runChaos({ seed, from: round, rounds: 1 })).problems).toEqual([]);
  },
  TEST_LIMIT_MS,
);
