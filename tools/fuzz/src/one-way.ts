import { Duplex } from 'node:stream';

/** A connection to a peer that sends just this and then hangs up, and does not read. */
export function oneWay(said: readonly Buffer[]): Duplex {
  const left = said.filter(({ length }) => length > 0);
  return new Duplex({
    read() {
      this.push(left.shift() ?? null);
    },
    write: (_chunk, _encoding, done) => done(),
  });
}
