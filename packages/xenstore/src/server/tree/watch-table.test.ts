import { duplexPair } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from '../client.ts';
import { WatchTable, type RegisteredWatch } from './watch-table.ts';

test('finds those on the path and above it, in the order in which they came', () => {
  const client = new Client(duplexPair()[0], 0);
  const path = fc
    .array(fc.constantFrom('a', 'ab', 'b'), { maxLength: 4 })
    .map((names) => `/${names.join('/')}`);
  fc.assert(
    fc.property(fc.array(path), fc.array(fc.nat()), path, fc.boolean(), (paths, leavers, event, isExact) => {
      const table = new WatchTable();
      let watches: RegisteredWatch[] = paths.map((at) => ({
        client,
        path: at,
        token: '',
        isRelative: false,
      }));
      for (const watch of watches) table.add(watch);
      for (const leaver of leavers) {
        const watch = watches[leaver % watches.length];
        if (watch !== undefined) table.delete(watch);
        watches = watches.filter((other) => other !== watch);
      }
      const isAbove = (at: string): boolean => at === '/' || event.startsWith(`${at}/`);
      const concerned = watches.filter(({ path: at }) => at === event || (!isExact && isAbove(at)));
      expect(table.concernedBy({ path: event, isExact })).toEqual(concerned);
    }),
  );
});
