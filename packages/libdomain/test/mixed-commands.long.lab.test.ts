import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, ticks, waitForTick, waitForTicks } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import { seededRandom } from '../src/testing/seeded-random.ts';

const COMMANDS = Number(process.env['VM_TOOLS_COMMANDS'] ?? 200);
const SEED = Number(process.env['VM_TOOLS_SEED'] ?? 17);
const IMAGE = '/tmp/mixed.img';
const TEST_MS = patient(3_600_000);
const LIMIT = { timeoutMs: patient(300_000) };
const TOOLSTACKS = ['xl', 'ours'] as const;

type Toolstack = (typeof TOOLSTACKS)[number];

/** A domain as it has to be by now. */
interface Guest {
  name: string;
  /** xenconsoled names the log after the domain when it is made, and renames it with none. */
  log: string;
  isPaused: boolean;
}

/** What either toolstack is told to do with any domain, whoever made it. */
const WORDS = {
  create: {
    xl: (name: string) => `xl create -q /guests/polite.cfg 'name="${name}"'`,
    ours: (name: string) => `vm-create /guests/polite.cfg name=${name}`,
  },
  destroy: { xl: (name: string) => `xl destroy ${name}`, ours: (name: string) => `vm-destroy ${name}` },
  pause: { xl: (name: string) => `xl pause ${name}`, ours: (name: string) => `vm-pause ${name}` },
  unpause: { xl: (name: string) => `xl unpause ${name}`, ours: (name: string) => `vm-unpause ${name}` },
  save: {
    xl: (name: string) => `xl save ${name} ${IMAGE}`,
    ours: (name: string) => `vm-save ${name} -o ${IMAGE}`,
  },
  restore: { xl: () => `xl restore ${IMAGE}; rm ${IMAGE}`, ours: () => `vm-restore ${IMAGE}; rm ${IMAGE}` },
  look: { xl: (name: string) => `xl list -l ${name}`, ours: (name: string) => `vm-info ${name} --json` },
} as const;

describeLab('commands of xl and of ours, mixed, on domains of both', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), `rm -f ${IMAGE}`);

  test(
    `${COMMANDS} of them lose nothing and leave nothing`,
    async () => {
      const random = seededRandom(SEED);
      const pick = <Item>(from: readonly Item[]): Item => from[Math.floor(random() * from.length)] as Item;
      const toolstack = (): Toolstack => pick(TOOLSTACKS);
      const tell = async (word: keyof typeof WORDS, name: string): Promise<void> => {
        await a.run(WORDS[word][toolstack()](name), LIMIT);
      };
      let names = 0;
      const newName = (): string => `mix-${(names += 1)}`;

      const guests: Guest[] = [];
      for (const maker of ['xl', 'xl', 'xl', 'ours', 'ours', 'ours'] as const) {
        const name = newName();
        await a.run(WORDS.create[maker](name), LIMIT);
        guests.push({ name, log: name, isPaused: false });
      }

      /** @param guest which one; it knows afterwards how it is */
      const actions: readonly ((guest: Guest) => Promise<void>)[] = [
        async (guest) => {
          await tell(guest.isPaused ? 'unpause' : 'pause', guest.name);
          guest.isPaused = !guest.isPaused;
        },
        async (guest) => {
          const weight = 1 + Math.floor(random() * 1000);
          const set = {
            xl: `xl sched-credit2 -d ${guest.name} -w ${weight}`,
            ours: `vm-set ${guest.name} --weight ${weight}`,
          };
          await a.run(set[toolstack()], LIMIT);
          expect(await a.run(`xl sched-credit2 -d ${guest.name}`)).toMatch(new RegExp(` ${weight} `));
        },
        async (guest) => {
          const name = newName();
          const rename = {
            xl: `xl rename ${guest.name} ${name}`,
            ours: `vm-set ${guest.name} --name ${name}`,
          };
          await a.run(rename[toolstack()], LIMIT);
          guest.name = name;
        },
        async (guest) => {
          const taken = pick(guests.filter((other) => other !== guest)).name;
          const rename = {
            xl: `xl rename ${guest.name} ${taken}`,
            ours: `vm-set ${guest.name} --name ${taken}`,
          };
          const refused = await a.exec(rename[toolstack()], LIMIT);
          expect(refused.code).not.toBe(0);
          expect(refused.stderr).toMatch(/exist|taken|in use|called/i);
        },
        async (guest) => {
          if (guest.isPaused) await tell('unpause', guest.name);
          guest.isPaused = false;
          await waitForTicks(a, guest.log, 1);
          await tell('save', guest.name);
          const counted = await ticks(a, guest.log);
          await tell('restore', guest.name);
          guest.log = guest.name;
          await waitForTick(a, guest.log, counted + 1);
        },
        async (guest) => {
          await tell('destroy', guest.name);
          guest.name = guest.log = newName();
          guest.isPaused = false;
          await tell('create', guest.name);
        },
        (guest) => tell('look', guest.name),
      ];

      for (let command = 0; command < COMMANDS; command += 1) {
        await pick(actions)(pick(guests));
        const shown = (await a.run('xl list')).split('\n').slice(2).filter(Boolean);
        const states = shown
          .map((line) => line.split(/\s+/))
          .map(([name, , , , state]) => [name, state?.[2] === 'p']);
        expect(states.sort()).toEqual(guests.map(({ name, isPaused }) => [name, isPaused]).sort());
      }

      for (const guest of guests) {
        if (guest.isPaused) await tell('unpause', guest.name);
        await waitForTicks(a, guest.log, 1);
        await tell('destroy', guest.name);
      }
    },
    TEST_MS,
  );
});
