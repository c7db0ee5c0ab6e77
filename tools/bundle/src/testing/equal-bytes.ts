import { expect } from '@jest/globals';

/** jest compares bytes one by one, as properties of an object; of pages of guests there are too many for that. */
expect.addEqualityTesters([
  (one: unknown, other: unknown): boolean | undefined =>
    one instanceof Uint8Array && other instanceof Uint8Array && one.constructor === other.constructor
      ? Buffer.compare(one, other) === 0
      : undefined,
]);
