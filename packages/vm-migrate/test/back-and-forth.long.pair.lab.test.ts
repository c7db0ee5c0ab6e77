import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  clockOffsetMs,
  describeLab,
  guestAndXfrd,
  labHosts,
  result,
  startXfrd,
  ticks,
  waitForTick,
} from '@vm-tools/lab/testing';

/** `VM_TOOLS_MOVES=10 npm run test:long -- --release bookworm back-and-forth` sees more of them. */
const MOVES = Number(process.env['VM_TOOLS_MOVES'] ?? 2);
/** The guest's figure for the time that it stood still may differ from ours by so much. */
const SHARE = 0.1;
const LEAST_MS = 20;
/** It asks for 50 MiB/s; an emulated processor gives what it can. */
const GUEST = { name: 'busy', settings: `/guests/polite.cfg memory=48 'cmdline="dirty=8 rate=50"'` };

describeLab('a guest that writes all the time, between two real Xen hosts', () => {
  let a: LabHost;
  let b: LabHost;

  beforeAll(async () => {
    ({ a, b } = await labHosts());
  });

  test('goes to and fro, and agrees with us for how long it stood still', async () => {
    await using _there = await guestAndXfrd([a, b], GUEST);
    await using _back = await startXfrd(a);
    const ahead = await clockOffsetMs(a, b);
    const table: { reported: number; measured: number }[] = [];
    // An older Xen takes nothing back.
    const moves = a.xen === b.xen ? MOVES : 1;
    for (let move = 0; move < moves; move += 1) {
      const [from, to, offset] = move % 2 === 0 ? [a, b, ahead] : [b, a, -ahead];
      const said = (await to.readConsole('busy')).length;
      const moved = await result(from, `vm-migrate busy tcp://${to.name}:8002 --insecure --max-rounds 3`);
      const [, microseconds] = await to.waitForConsole('busy', /resumed in a new domain after (\d+) us/, {
        from: said,
      });
      table.push({ reported: moved.downtimeMs, measured: Number(microseconds) / 1000 - offset });
      await waitForTick(to, 'busy', (await ticks(from, 'busy')) + 2);
      expect((await to.readConsole('busy')).slice(said)).not.toContain('damaged');
    }
    await (moves % 2 === 0 ? a : b).run('xl destroy busy');
    // The figures belong to the run.
    console.log(
      table.map(({ reported, measured }) => `${reported.toFixed(0)}/${measured.toFixed(0)}`).join(' '),
    );
    for (const { reported, measured } of table) {
      expect(Math.abs(reported - measured)).toBeLessThanOrEqual(Math.max(LEAST_MS, SHARE * measured));
    }
  });
});
