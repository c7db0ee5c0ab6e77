import { beforeEach, describe, expect, test } from '@jest/globals';
import { connectXenstore } from '../connect.ts';
import { WireClient } from '../testing/wire-client.ts';
import type { Xenstore } from '../xenstore.ts';
import { MemoryXenstored } from './memory-xenstored.ts';

let xenstored: MemoryXenstored;
let dom0: Xenstore;
/** Domain 5, with a home as toolstacks make it. */
let guest: WireClient;
const HOME = '/local/domain/5';

beforeEach(async () => {
  xenstored = new MemoryXenstored({ domainExists: (domid) => domid < 10 });
  dom0 = await connectXenstore({ stream: xenstored.connect() });
  await dom0.introduceDomain(5, 1n, 1);
  guest = new WireClient(xenstored.connect(5));
  await dom0.write(`${HOME}/name`, 'web');
  await dom0.setPermissions(HOME, [{ domid: 0, access: 'none' }, { domid: 5, access: 'read' }]); // prettier-ignore
  await dom0.setPermissions(`${HOME}/name`, [{ domid: 0, access: 'none' }, { domid: 5, access: 'read' }]); // prettier-ignore
  await dom0.mkdir(`${HOME}/data`);
  await dom0.setPermissions(`${HOME}/data`, [{ domid: 5, access: 'none' }]);
});

describe('a guest', () => {
  test('may what the permissions say, by relative paths too', async () => {
    expect((await guest.ask('READ', ['name'])).reply).toBe('web');
    expect((await guest.ask('DIRECTORY', [HOME])).reply).toBe('name data');
    expect((await guest.ask('WRITE', ['name', 'db'])).reply).toBe('EACCES');
    expect((await guest.ask('WRITE', ['data/a/b', '1'])).reply).toBe('OK');
    expect((await guest.ask('GET_PERMS', [`${HOME}/data/a/b`])).reply).toBe('n5');
    expect((await guest.ask('GET_DOMAIN_PATH', ['5'])).reply).toBe(HOME);
  });

  test('does not learn what there is where it may not look', async () => {
    await dom0.write('/secret/a', '1');
    for (const path of ['/secret', '/secret/a', '/secret/missing', '/missing', '/']) {
      expect((await guest.ask('READ', [path])).reply).toBe('EACCES');
      expect((await guest.ask('DIRECTORY', [path])).reply).toBe('EACCES');
      expect((await guest.ask('RM', [path])).reply).toBe('EACCES');
    }
    expect((await guest.ask('READ', ['missing'])).reply).toBe('ENOENT');
    expect((await guest.ask('WRITE', ['missing', ''])).reply).toBe('EACCES');
  });

  test('sees what it was let into, below what it was not', async () => {
    await dom0.write('/secret/shared', 'hello');
    await dom0.setPermissions('/secret/shared', [{ domid: 0, access: 'none' }, { domid: 5, access: 'both' }]); // prettier-ignore
    expect((await guest.ask('READ', ['/secret/shared'])).reply).toBe('hello');
    expect((await guest.ask('WRITE', ['/secret/shared', 'bye'])).reply).toBe('OK');
    expect((await guest.ask('SET_PERMS', ['/secret/shared', 'n0'])).reply).toBe('EACCES');
  });

  test('shares what it owns, and cannot give it away', async () => {
    expect((await guest.ask('SET_PERMS', ['data', 'n5', 'r3'])).reply).toBe('OK');
    expect((await guest.ask('SET_PERMS', ['data', 'n3'])).reply).toBe('EPERM');
    const many = ['data', 'n5', 'r1', 'r2', 'r3', 'r4', 'r6'];
    expect((await guest.ask('SET_PERMS', many)).reply).toBe('ENOSPC');
  });

  test('is not dom0', async () => {
    for (const name of ['INTRODUCE', 'RELEASE', 'RESUME', 'IS_DOMAIN_INTRODUCED'] as const) {
      expect((await guest.ask(name, ['5', '1', '1'])).reply).toBe('EACCES');
    }
    expect((await guest.ask('SET_PERMS', ['@releaseDomain', 'r0'])).reply).toBe('EACCES');
    await dom0.introduceDomain(5, 1n, 1);
  });

  test('hears of what it can see, in the words in which it asked', async () => {
    expect((await guest.ask('WATCH', ['data', 'mine'])).events).toEqual([]);
    await guest.ask('WATCH', ['/', 'all']);
    await guest.ask('WATCH', ['@releaseDomain', 'gone']);
    expect((await guest.events()).sort()).toEqual(['@releaseDomain gone']);
    await dom0.write(`${HOME}/data/x`, '1');
    await dom0.write('/secret', '1');
    await dom0.introduceDomain(6, 1n, 1);
    xenstored.releaseDomain(6);
    expect(await guest.events()).toEqual(['data/x mine', `${HOME}/data/x all`]);
    // Before the reply to the very request that caused it.
    expect((await guest.ask('WRITE', ['data/x', '2'])).events).toEqual(['data/x mine', `${HOME}/data/x all`]);
    // Of the end of its rights, too.
    await dom0.setPermissions(`${HOME}/data`, [{ domid: 0, access: 'none' }]);
    await dom0.setPermissions(HOME, [{ domid: 0, access: 'none' }]);
    await dom0.write(`${HOME}/data`, '3');
    expect(await guest.events()).toEqual(['data mine', `${HOME}/data all`, `${HOME} all`]);
  });

  test('may be let into the news of domains', async () => {
    await dom0.setPermissions('@releaseDomain', [{ domid: 0, access: 'none' }, { domid: 5, access: 'read' }]); // prettier-ignore
    await guest.ask('WATCH', ['@releaseDomain', 'gone']);
    await dom0.introduceDomain(6, 1n, 1);
    await guest.events();
    xenstored.releaseDomain(6);
    expect(await guest.events()).toEqual(['@releaseDomain gone']);
  });

  test('resets its watches and transactions', async () => {
    await guest.ask('WATCH', ['data', 'mine']);
    const { reply: id } = await guest.ask('TRANSACTION_START', ['']);
    expect((await guest.ask('RESET_WATCHES', [''])).reply).toBe('OK');
    await dom0.write(`${HOME}/data/x`, '1');
    expect(await guest.events()).toEqual([]);
    expect((await guest.ask('READ', ['data'], Number(id))).reply).toBe('ENOENT');
  });
});

describe('quotas', () => {
  /** How often the request was granted before it was refused, and how. */
  async function until(ask: (index: number) => Promise<{ reply: string }>): Promise<[number, string]> {
    for (let index = 0; ; index += 1) {
      const { reply } = await ask(index);
      if (/^E/.test(reply) && reply !== 'ENOENT') return [index, reply];
    }
  }

  test('of nodes, wherever they are', async () => {
    // With "data" and its 20 folders, 979 more make a thousand.
    const write = (index: number): Promise<{ reply: string }> => guest.ask('WRITE', [`data/${index % 20}/${index}`, '']); // prettier-ignore
    expect(await until(write)).toEqual([979, 'ENOSPC']);
    await guest.ask('RM', ['data/0']);
    expect((await guest.ask('WRITE', ['data/0', ''])).reply).toBe('OK');
    const { reply: id } = await guest.ask('TRANSACTION_START', ['']);
    for (let index = 0; index < 60; index += 1) {
      expect((await guest.ask('WRITE', [`data/1/more-${index}`, ''], Number(id))).reply).toBe('OK');
    }
    expect((await guest.ask('TRANSACTION_END', ['T'], Number(id))).reply).toBe('ENOSPC');
    await dom0.write(`${HOME}/data/by-dom0/a/b/c/d`, 'dom0 may');
  });

  test('of the length of a node: header, permissions, value and names of children', async () => {
    expect((await guest.ask('WRITE', ['data/v', 'x'.repeat(2047 - 24 - 8)])).reply).toBe('OK');
    expect((await guest.ask('WRITE', ['data/v', 'x'.repeat(2048 - 24 - 8)])).reply).toBe('ENOSPC');
    await guest.ask('RM', ['data/v']);
    const mkdir = (index: number): Promise<{ reply: string }> => guest.ask('MKDIR', [`data/${String(index).padEnd(99, 'x')}`]); // prettier-ignore
    expect(await until(mkdir)).toEqual([20, 'ENOSPC']);
    const { reply: id } = await guest.ask('TRANSACTION_START', ['']);
    expect((await guest.ask('WRITE', ['data', 'x'.repeat(2100)], Number(id))).reply).toBe('ENOSPC');
    expect((await guest.ask('TRANSACTION_END', ['T'], Number(id))).reply).toBe('ENOMEM');
  });

  test('of watches and transactions', async () => {
    expect(await until((index) => guest.ask('WATCH', ['data', String(index)]))).toEqual([129, 'E2BIG']);
    await guest.ask('UNWATCH', ['data', '0']);
    expect((await guest.ask('WATCH', ['data', 'again'])).reply).toBe('OK');
    expect(await until(() => guest.ask('TRANSACTION_START', ['']))).toEqual([11, 'ENOSPC']);
    await guest.ask('TRANSACTION_END', ['F'], 1);
    expect(await guest.ask('TRANSACTION_START', [''])).toMatchObject({ reply: '12' });
  });

  test('of what a transaction has looked at', async () => {
    const { reply: id } = await guest.ask('TRANSACTION_START', ['']);
    const read = (index: number): Promise<{ reply: string }> => guest.ask('READ', [`data/${index}`], Number(id)); // prettier-ignore
    expect(await until(read)).toEqual([1023, 'ENOSPC']); // and "data" itself
    expect((await guest.ask('TRANSACTION_END', ['T'], Number(id))).reply).toBe('ENOMEM');
  });
});
