import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, result, ticks, waitForTick, waitForTicks } from '@vm-tools/lab/testing';

interface Told {
  readonly name: string;
  readonly did: string;
}

const deeds = (told: readonly Told[]): string[] => told.map(({ name, did }) => `${name} ${did}`);

describeLab('the guests of a real Xen host, down with it and back', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'rm -rf /var/lib/vm-tools/autostart /var/lib/vm-tools/saved');

  test('one of ours is saved and one shut down; that of xl is left alone, and saved when it is told', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=life1');
    await result(a, 'vm-create /guests/polite.cfg name=life2');
    await a.run(`xl create -q /guests/polite.cfg 'name="theirs"'`);
    for (const name of ['life1', 'life2', 'theirs']) await waitForTicks(a, name);
    await result(a, 'vm-autostart on life2 --at-shutdown shutdown --order 5');
    expect(deeds(await result<Told[]>(a, 'vm-host shutdown'))).toEqual([
      'theirs left',
      'life1 saved',
      'life2 shut-down',
    ]);
    expect(deeds(await result<Told[]>(a, 'vm-host save --with-xl')).at(-1)).toBe('theirs saved');
    const counted = { life1: await ticks(a, 'life1'), theirs: await ticks(a, 'theirs') };
    const back = await result<Told[]>(a, 'vm-host restore');
    expect(deeds(back).sort()).toEqual(['life1 restored', 'life2 created', 'theirs restored']);
    for (const [name, last] of Object.entries(counted)) await waitForTick(a, name, last + 1);
    expect(await a.run('xl list')).toMatch(/life2[^]*/);
    expect(await a.run('ls /var/lib/vm-tools/saved')).toBe('');
    await a.run('vm-destroy life1 life2 theirs');
  });
});
