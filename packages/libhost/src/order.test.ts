import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { orderOf, type Placed } from './order.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const placed = fc.record({
  order: fc.nat(3),
  after: fc.uniqueArray(fc.constantFrom(...names, 'elsewhere'), { maxLength: 3 }),
});
const guests = fc
  .array(placed, { maxLength: names.length })
  .map((all) => all.map((each, index): Placed => ({ name: names[index]!, ...each })));

/** Only those before it in the list are waited for: no circle. */
const acyclic = guests.map((all) =>
  all.map((guest, index) => ({ ...guest, after: guest.after.filter((name) => names.indexOf(name) < index) })),
);

test('each guest is in one wave, and behind those that it waits for', () => {
  fc.assert(
    fc.property(acyclic, (all) => {
      const { waves, circle } = orderOf(all);
      expect(circle).toEqual([]);
      expect(waves.flat().sort((a, b) => a.name.localeCompare(b.name))).toEqual(all);
      const waveOf = (name: string): number =>
        waves.findIndex((wave) => wave.some((each) => each.name === name));
      for (const { name, after } of all)
        for (const other of after) if (waveOf(other) >= 0) expect(waveOf(other)).toBeLessThan(waveOf(name));
    }),
  );
});

test('without a wish the numbers alone count', () => {
  fc.assert(
    fc.property(guests, (all) => {
      const { waves } = orderOf(all.map((guest) => ({ ...guest, after: [] })));
      expect(waves.map((wave) => new Set(wave.map(({ order }) => order)).size)).toEqual(waves.map(() => 1));
      const orders = waves.map(([first]) => first!.order);
      expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
    }),
  );
});

test('guests that wait for each other are named, and all are there', () => {
  fc.assert(
    fc.property(guests, (all) => {
      expect(orderOf(all).waves.flat()).toHaveLength(all.length);
    }),
  );
  const circle = [
    { name: 'a', order: 1, after: ['b'] },
    { name: 'b', order: 2, after: ['c'] },
    { name: 'c', order: 3, after: ['a'] },
    { name: 'd', order: 0, after: ['a'] },
  ];
  expect([...orderOf(circle).circle].sort()).toEqual(['a', 'b', 'c']);
});
