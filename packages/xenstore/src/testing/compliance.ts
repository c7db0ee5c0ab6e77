import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Xenstore } from '../xenstore.ts';
import { directoryCases } from './directory-cases.ts';
import { domainCases } from './domain-cases.ts';
import { nodeCases } from './node-cases.ts';
import { pathCases } from './path-cases.ts';
import { permissionCases } from './permission-cases.ts';
import type { TestGround } from './test-ground.ts';
import { transactionCases } from './transaction-cases.ts';
import { watchCases } from './watch-cases.ts';

const ROOT = '/vm-tools-compliance';

/**
 * The tests of every xenstored, for dom0: run against the one in memory, and against the real one in the lab.
 *
 * @param connect opens a connection of dom0
 * @param pathBytes how long a path of dom0 may be: see `TestGround`
 */
export function xenstoreCompliance(
  connect: () => Promise<Xenstore>,
  pathBytes: () => Promise<TestGround['pathBytes']> = () => Promise.resolve(2048),
): void {
  const at = {} as { -readonly [Field in keyof TestGround]: TestGround[Field] };
  let cases = 0;

  beforeAll(async () => {
    [at.store, at.other] = await Promise.all([connect(), connect()]);
    at.pathBytes = await pathBytes();
    await at.store.rm(ROOT);
  });
  afterAll(async () => {
    await at.store.rm(ROOT);
    await Promise.all([at.store.close(), at.other.close()]);
  });
  beforeEach(async () => {
    cases += 1;
    at.root = `${ROOT}/${cases}`;
    await at.store.mkdir(at.root);
  });

  nodeCases(at);
  pathCases(at);
  directoryCases(at);
  permissionCases(at);
  transactionCases(at);
  watchCases(at);
  domainCases(at);
}
