import { expect, test } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { backendDomid, BackendWatches } from './backend-watches.ts';

test('the domain whose device it is is told, or all where that is not known', async () => {
  await using host = await createSimulatedHost();
  const told: (number | 'any')[] = [];
  const hears = async (): Promise<void> => {
    // What is read behind a change comes behind what is told of it.
    await host.store.read('/');
    await new Promise(setImmediate);
  };
  await using watches = new BackendWatches(host.store, {
    onChange: (domid) => told.push(domid),
    onAnyChange: () => told.push('any'),
    onLost: (thrown) => expect(thrown).toBeUndefined(),
  });
  await Promise.all([watches.follow(0), watches.follow(0)]);
  expect(host.faults.calls.get('xenstore.watch')).toBe(1);
  await host.store.write('/local/domain/0/backend/vif/5/0/state', '4');
  await host.store.rm('/local/domain/0/backend/vif/5');
  await host.store.rm('/local/domain/0/backend/vif');
  await hears();
  expect([...new Set(told)]).toEqual([5, 'any']);
  await watches.forget(0);
  await watches.forget(7);
  expect(host.faults.calls.get('xenstore.unwatch')).toBe(1);
});

test.each([
  ['/local/domain/0/backend/vif/5/0', 0],
  ['/local/domain/12/backend/vbd/5/51712', 12],
  ['/local/domain/12/device/vbd', undefined],
  ['../../backend', undefined],
])('%s', (path, domid) => {
  expect(backendDomid(path)).toBe(domid);
});
