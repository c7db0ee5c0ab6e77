import { beforeEach, describe, expect, test } from '@jest/globals';
import { connectXenstore } from '../connect.ts';
import { WireClient } from '../testing/wire-client.ts';
import type { Xenstore } from '../xenstore.ts';
import { MemoryXenstored } from './memory-xenstored.ts';

let xenstored: MemoryXenstored;
let dom0: Xenstore;
/** Collects events of domains that come and go. */
let watcher: WireClient;

beforeEach(async () => {
  xenstored = new MemoryXenstored();
  dom0 = await connectXenstore({ stream: xenstored.connect() });
  watcher = new WireClient(xenstored.connect());
  for (const [path, token] of [['@introduceDomain', 'in'], ['@releaseDomain', 'out'], ['/', 'tree']] as const) await watcher.ask('WATCH', [path, token]); // prettier-ignore
  await watcher.events();
});

describe('a domain', () => {
  test('can connect when it has been introduced', async () => {
    const refusal = expect.objectContaining({ code: 'XENSTORE_ENOENT', details: { domid: 5 } });
    expect(() => xenstored.connect(5)).toThrow(refusal);
    await dom0.introduceDomain(5, 1n, 1);
    expect(await watcher.events()).toEqual(['@introduceDomain in']);
    expect(xenstored.introducedDomains).toEqual([0, 5]);
    xenstored.connect(5).destroy();
  });

  test('that shuts down is told of once, until it has been resumed', async () => {
    xenstored.domainChanged(5); // it is not introduced yet
    await dom0.introduceDomain(5, 1n, 1);
    await watcher.events();
    xenstored.domainChanged(5);
    xenstored.domainChanged(5);
    expect(await watcher.events()).toEqual(['@releaseDomain out']);
    await dom0.resumeDomain(5);
    xenstored.domainChanged(5);
    expect(await watcher.events()).toEqual(['@releaseDomain out']);
  });

  test('that dies takes along its connection, its watches and what it owns', async () => {
    await dom0.introduceDomain(5, 1n, 1);
    const guest = await connectXenstore({ stream: xenstored.connect(5) });
    await dom0.mkdir('/data');
    await dom0.setPermissions('/data', [{ domid: 0, access: 'none' }, { domid: 5, access: 'both' }]); // prettier-ignore
    await guest.write('/data/a/b', '1');
    await dom0.write('/data/a/of-dom0', '2');
    await dom0.write('/data/b', '3');
    await using watch = guest.watch('/data');
    await watch.next();
    await watcher.events();
    xenstored.releaseDomain(5);
    xenstored.releaseDomain(5);
    expect(await watcher.events()).toEqual(['/data/a tree', '@releaseDomain out']);
    await expect(guest.read('/data')).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    await expect(watch.next()).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
    expect(await dom0.directory('/data')).toEqual(['b']);
    expect(xenstored.introducedDomains).toEqual([0]);
    await expect(dom0.releaseDomain(5)).rejects.toMatchObject({ code: 'XENSTORE_ENOENT' });
  });

  test('that is released by the toolstack goes likewise', async () => {
    await dom0.introduceDomain(5, 1n, 1);
    await dom0.mkdir('/data');
    await dom0.setPermissions('/data', [{ domid: 5, access: 'none' }]);
    await watcher.events();
    await dom0.releaseDomain(5);
    expect(await watcher.events()).toEqual(['/data tree', '@releaseDomain out']);
    await expect(dom0.releaseDomain(0)).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
  });

  test('leaves no rights to the next of its domid', async () => {
    await dom0.mkdir('/data');
    await dom0.introduceDomain(5, 1n, 1);
    await dom0.setPermissions('/data', [{ domid: 0, access: 'none' }, { domid: 5, access: 'read' }]); // prettier-ignore
    xenstored.releaseDomain(5);
    await dom0.introduceDomain(5, 1n, 1);
    const next = new WireClient(xenstored.connect(5));
    expect((await next.ask('READ', ['/data'])).reply).toBe('EACCES');
    await dom0.write('/data', 'still');
    expect((await next.ask('READ', ['/data'])).reply).toBe('EACCES');
    await dom0.setPermissions('/data', [{ domid: 0, access: 'none' }, { domid: 5, access: 'read' }]); // prettier-ignore
    expect((await next.ask('READ', ['/data'])).reply).toBe('still');
  });

  test('that is introduced again begins anew', async () => {
    await dom0.introduceDomain(5, 1n, 1);
    const guest = new WireClient(xenstored.connect(5));
    await guest.ask('WATCH', ['@releaseDomain', 'out']);
    const { reply: id } = await guest.ask('TRANSACTION_START', ['']);
    await watcher.events();
    await dom0.introduceDomain(5, 1n, 2);
    expect(await watcher.events()).toEqual([]);
    expect((await guest.ask('UNWATCH', ['@releaseDomain', 'out'])).reply).toBe('ENOENT');
    expect((await guest.ask('READ', ['/'], Number(id))).reply).toBe('ENOENT');
  });

  test('that dies under a transaction makes it run again', async () => {
    await dom0.introduceDomain(5, 1n, 1);
    await dom0.mkdir('/data');
    await dom0.setPermissions('/data', [{ domid: 5, access: 'none' }]);
    let runs = 0;
    await dom0.transaction(async (tx) => {
      runs += 1;
      await tx.rm('/data');
      if (runs === 1) xenstored.releaseDomain(5);
    });
    expect(runs).toBe(2);
  });
});

test('permissions for a domain that does not exist yet have no effect', async () => {
  const domids = new Set([0]);
  const careful = new MemoryXenstored({ domainExists: (domid) => domids.has(domid) });
  const store = await connectXenstore({ stream: careful.connect() });
  await store.write('/data', 'x');
  await store.setPermissions('/data', [{ domid: 0, access: 'none' }, { domid: 5, access: 'read' }]); // prettier-ignore
  await expect(store.introduceDomain(5, 1n, 1)).rejects.toMatchObject({ code: 'XENSTORE_EINVAL' });
  domids.add(5);
  await store.introduceDomain(5, 1n, 1);
  const guest = new WireClient(careful.connect(5));
  expect((await guest.ask('READ', ['/data'])).reply).toBe('EACCES');
});
