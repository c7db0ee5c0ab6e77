import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { state, until } from '@vm-tools/xen-sim/testing';
import { AT_ONCE, type Attack, type Outcomes } from './attack.ts';
import { attackFromAfar } from './attackers.ts';
import { ATTACKS } from './attacks/index.ts';
import { medianOf, pageOf, type Row } from './report.ts';
import { openScene, type Scene } from './scene.ts';

/** How many connections a full run makes; without it there are a few of each kind, and no figures of time. */
const { VM_TOOLS_ATTACK: full } = process.env;
const FEW = 8;
/** of the log of xfrd, whatever comes */
const MOST_LINES = 2000;
const IDLE_MOVES = 5;
const PAGE = join(import.meta.dirname, '../../../docs/attack.md');

let scene: Scene;
const rows: Row[] = [];
let idleMs = 0;
let linesBefore = 0;
beforeAll(async () => {
  scene = await openScene();
  if (full !== undefined)
    for (const attack of ATTACKS) await attackWith(attack, Math.max(3 * FEW, 2 * (attack.atOnce ?? AT_ONCE)));
  linesBefore = linesOf(scene);
  const moves = full === undefined ? 1 : IDLE_MOVES;
  const downtimes: number[] = [];
  for (let move = 0; move < moves; move += 1) downtimes.push(await scene.moveGood());
  idleMs = medianOf(downtimes) ?? 0;
});
const linesOf = ({ xfrd }: Scene): number => xfrd.log().split('\n').length;
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** Good guests are moved as long as it goes on, one at least. */
async function movingGood(isOver: () => boolean): Promise<number[]> {
  const downtimes: number[] = [];
  do downtimes.push(await scene.moveGood());
  while (!isOver());
  return downtimes;
}

/** What there is on the host, but for the journals of transfers that have ended: they answer late questions. */
async function leftOn(host: Scene['b']): Promise<Record<string, unknown>> {
  const { nodes, domains, freePages, outstandingPages, files } = await state(host);
  const isOfTransfer = (file: string): boolean => /transfers\/|\/console\//.test(file);
  const names = domains.map(({ uuid }) => uuid);
  return { nodes, names, freePages, outstandingPages, files: files.filter((file) => !isOfTransfer(file)) };
}

/** They know what has come to be there until now. */
function attackWith(attack: Attack, count: number): Promise<Outcomes> {
  return attackFromAfar({ attack: ATTACKS.indexOf(attack), prey: scene.prey, count });
}

async function run(attack: Attack): Promise<Row> {
  const count = full === undefined ? FEW : Math.max(FEW, Math.round((Number(full) * attack.share) / 100));
  const before = await scene.memory();
  let isOver = false;
  const [outcomes, downtimesMs] = await Promise.all([
    attackWith(attack, count).finally(() => (isOver = true)),
    full === undefined ? [] : movingGood(() => isOver),
  ]);
  return { what: attack.what, count, outcomes, before, after: await scene.memory(), downtimesMs };
}

test.each(ATTACKS.map((attack) => [attack.what, attack] as const))(
  '%s',
  async (_what, attack) => {
    const before = await leftOn(scene.b);
    const receiver = scene.receiver();
    const row = await run(attack);
    rows.push(row);
    expect([...row.outcomes.keys()]).not.toContain('FORGOTTEN');
    expect([...row.outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(row.count);
    await until(
      async () => JSON.stringify(await leftOn(scene.b)) === JSON.stringify(before),
      'nothing to be left',
    ).catch(() => undefined);
    expect(await leftOn(scene.b)).toEqual(before);
    expect(scene.receiver()).toBe(receiver); // it has not crashed
  },
  3_600_000,
);

test('a good guest comes after all of them, and the log is short', async () => {
  await scene.moveGood();
  expect(linesOf(scene) - linesBefore).toBeLessThan(MOST_LINES);
  if (full === undefined) return;
  const last = { ...rows.at(-1)!, after: await scene.memory() };
  const page = pageOf([...rows.slice(0, -1), last], { idleMs, left: [] });
  await writeFile(PAGE, page);
  console.log(page);
  const { before } = rows[0]!;
  for (const who of ['keeper', 'receiver'] as const) expect(last.after[who]).toBeLessThan(before[who] * 1.2);
});
