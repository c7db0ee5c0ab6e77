import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { connectXenstore } from '../connect.ts';
import { MemoryXenstored } from './memory-xenstored.ts';
import type { StoreRequest } from './request-hook.ts';

test('a hook sees each request of its connection, and can refuse it or let it wait', async () => {
  const xenstored = new MemoryXenstored();
  const seen: StoreRequest[] = [];
  const gate = Promise.withResolvers<undefined>();
  const before = async (request: StoreRequest): Promise<void> => {
    seen.push(request);
    if (request.path === '/full') {
      throw new VmToolsError({ code: 'ANY', message: 'injected', details: { errnoName: 'ENOSPC' } });
    }
    if (request.path === '/broken') throw new Error('no errno');
    if (request.path === '/slow') await gate.promise;
  };
  const store = await connectXenstore({ stream: xenstored.connect(0, { before }) });
  const other = await connectXenstore({ stream: xenstored.connect() });
  await expect(store.write('/full', '')).rejects.toMatchObject({ code: 'XENSTORE_ENOSPC' });
  await expect(store.read('/broken')).rejects.toMatchObject({ code: 'XENSTORE_EIO' });
  const slow = store.write('/slow', '1');
  const behind = store.read('/slow');
  expect(await other.read('/slow')).toBeUndefined();
  gate.resolve(undefined);
  await slow;
  expect(await behind).toBe('1');
  await store.isDomainIntroduced(0);
  expect(seen).toEqual([
    { name: 'write', path: '/full', domid: 0 },
    { name: 'read', path: '/broken', domid: 0 },
    { name: 'write', path: '/slow', domid: 0 },
    { name: 'read', path: '/slow', domid: 0 },
    { name: 'isDomainIntroduced', path: undefined, domid: 0 },
  ]);
});

test('a request that hangs is forgotten with its connection', async () => {
  const xenstored = new MemoryXenstored();
  const ended = Promise.withResolvers<unknown>();
  const before = (_request: StoreRequest, signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        ended.resolve(undefined);
        reject(new Error('gone'));
      });
    });
  const store = await connectXenstore({ stream: xenstored.connect(0, { before }) });
  const writing = store.write('/a', '1');
  const refused = expect(writing).rejects.toMatchObject({ code: 'XENSTORE_CLOSED' });
  await new Promise(setImmediate);
  await store.close();
  await refused;
  await ended.promise;
  expect(xenstored.dump()).toEqual(new MemoryXenstored().dump());
});
