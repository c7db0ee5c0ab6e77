import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WireClient } from '../testing/wire-client.ts';
import { MemoryXenstored } from './memory-xenstored.ts';

const path = fc.constantFrom('/a', '/a/b', '/a/b/c', '/a/d', '/e', '/e/f');
const request = fc.oneof(
  fc.record({ name: fc.constantFrom('READ', 'DIRECTORY', 'MKDIR', 'RM'), words: fc.tuple(path) }),
  fc.record({ name: fc.constant('WRITE'), words: fc.tuple(path, fc.constantFrom('', '1', '2')) }),
);
const step = fc.record({
  client: fc.integer({ min: 0, max: 2 }),
  /** Toggles between within a transaction and outside. */
  what: fc.oneof(
    { weight: 4, arbitrary: request },
    { weight: 1, arbitrary: fc.constant('begin' as const) },
    { weight: 1, arbitrary: fc.constantFrom('T' as const, 'T' as const, 'F' as const) },
  ),
});

interface Asked {
  readonly name: string;
  readonly words: readonly string[];
  readonly reply: string;
}

test('committed transactions are as if each had been all at once, at its end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
      const xenstored = new MemoryXenstored();
      const clients = [0, 1, 2].map(() => new WireClient(xenstored.connect()));
      const open = new Map<number, { id: number; asked: Asked[] }>();
      /** All that came to be, in an order in which it could have happened one by one. */
      const history: Asked[] = [];
      for (const { client, what } of steps) {
        const connection = clients[client]!;
        const transaction = open.get(client);
        if (what === 'begin') {
          if (transaction !== undefined) continue;
          const { reply } = await connection.ask('TRANSACTION_START', ['']);
          open.set(client, { id: Number(reply), asked: [] });
        } else if (what === 'T' || what === 'F') {
          if (transaction === undefined) continue;
          open.delete(client);
          const { reply } = await connection.ask('TRANSACTION_END', [what], transaction.id);
          expect(['OK', 'EAGAIN']).toContain(reply);
          if (what === 'T' && reply === 'OK') history.push(...transaction.asked);
        } else {
          const { reply } = await connection.ask(what.name, what.words, transaction?.id);
          (transaction?.asked ?? history).push({ ...what, reply });
        }
      }
      const serial = new MemoryXenstored();
      const single = new WireClient(serial.connect());
      for (const { name, words, reply } of history) {
        expect((await single.ask(name as 'READ', words)).reply).toBe(reply);
      }
      expect(serial.dump()).toEqual(xenstored.dump());
    }),
    { numRuns: 100 },
  );
});
