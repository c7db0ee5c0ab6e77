import { join } from 'node:path';
import type { Random } from '@vm-tools/fuzz/random';
import { copiesOf } from './settle.ts';
import { otherHost, type ChaosGuest, type ChaosHost, type World } from './world.ts';

/** One command of a user. */
export interface Deed {
  readonly host: ChaosHost;
  readonly line: string;
  /** Called when the command has begun: its effect must be known however it ends. */
  readonly begun?: () => void;
  /** It was to destroy this guest. */
  readonly ends?: ChaosGuest;
}

type Make = (world: World, random: Random, host: ChaosHost, guest: ChaosGuest) => Deed | undefined;

const save =
  (flag: string): Make =>
  (world, random, host, guest) => {
    const path = join(world.folder, `${guest.name}-${world.next()}.img`);
    const limit = random.oneIn(2) ? ' --bwlimit 4M' : '';
    const live = random.oneIn(3) && guest.type === 'pvh' ? ' --live require' : '';
    return {
      host,
      line: `vm-save ${flag} ${guest.name} -o ${path}${limit}${live}`,
      begun: () => void world.images.push({ path, guest, isPlain: flag === '', isUsed: false }),
    };
  };

const onGuest =
  (line: (guest: ChaosGuest) => string): Make =>
  (_world, _random, host, guest) => ({ host, line: line(guest) });

const migrate: Make = (world, random, host, guest) => {
  const words = [
    random.oneIn(3) ? '--live never' : '',
    random.oneIn(2) ? '--bwlimit 4M' : '',
    random.oneIn(4) ? '--max-downtime 5000' : '',
  ];
  const to = otherHost(world, host).xfrd.address;
  return { host, line: `vm-migrate ${guest.name} ${to} ${words.join(' ')}` };
};

const restore: Make = (world, random, host) => {
  const image = world.images.find(({ isPlain, isUsed }) => isPlain && !isUsed);
  if (image === undefined) return undefined;
  // Now and then two users bring back the same image.
  if (!random.oneIn(3)) image.isUsed = true;
  return { host, line: `vm-restore ${image.path}`, begun: () => void (image.isUsed = true) };
};

/** The deeds of users, and how often each comes beside the others. */
const DEEDS: readonly (readonly [weight: number, make: Make])[] = [
  [3, save('-c')],
  [2, save('-p')],
  [2, save('')],
  [3, restore],
  [6, migrate],
  [2, onGuest(({ name }) => `vm-pause ${name}`)],
  [3, onGuest(({ name }) => `vm-unpause ${name}`)],
  [1, onGuest(({ name }) => `vm-list ${name}`)],
  [1, onGuest(({ uuid }) => `vm-migrate status ${uuid}`)],
  [1, (_world, _random, host) => ({ host, line: 'vm-migrate list' })],
  [1, (_world, _random, host) => ({ host, line: `vm-create polite.cfg name=fly` })],
  [1, (_world, _random, host) => ({ host, line: `vm-destroy fly` })],
  [1, (_world, _random, host, guest) => ({ host, line: `vm-destroy ${guest.name}`, ends: guest })],
];

const TICKETS = DEEDS.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));

/** Mostly where the guest is, and now and then where it is not, or not any more. */
export function chooseDeed(world: World, random: Random): Deed | undefined {
  const guest = random.pick(world.guests);
  const [make, isAnywhere, anywhere] = [
    random.pick(TICKETS),
    random.oneIn(6),
    random.pick([world.a, world.b]),
  ];
  const [copy] = copiesOf(world, guest);
  return make(world, random, isAnywhere || copy === undefined ? anywhere : copy.host, guest);
}
