import {
  decodePreamble,
  encodePreamble,
  newestCommon,
  PREAMBLE_BYTES,
  VERSIONS,
} from '@vm-tools/libxfr/testing';
import { verdictOf } from '../expect-error.ts';
import { flipBits, setField } from '../mutate/bytes.ts';
import { must, type Target } from '../target.ts';

const CODES = /^XFR_PROTOCOL_(MAGIC|OLDER|NEWER)$/;
const IGNORED_AT = 12;

/** The first bytes of a connection. */
export const preambleTarget: Target = {
  name: 'preamble',
  group: 'frames',
  weight: 3,
  make(random) {
    const versions = { oldest: random.below(5), newest: random.below(5) };
    const bytes = encodePreamble(random.oneIn(2) ? VERSIONS : versions);
    if (random.oneIn(2)) setField(random, bytes, random.below(PREAMBLE_BYTES));
    if (random.oneIn(3)) flipBits(random, bytes);
    return [bytes];
  },
  feed(input) {
    const bytes = Buffer.concat(input);
    const read = (): void => {
      const theirs = decodePreamble(bytes, 'the peer');
      const again = encodePreamble(theirs).subarray(0, IGNORED_AT);
      must(again.equals(bytes.subarray(0, IGNORED_AT)), 'the preamble is not what was read');
      const version = newestCommon(VERSIONS, theirs, 'the peer');
      must(version >= theirs.oldest && version <= theirs.newest, `version ${version} is none of the peer's`);
      must(version >= VERSIONS.oldest && version <= VERSIONS.newest, `version ${version} is none of ours`);
    };
    return verdictOf(read, { codes: CODES });
  },
};
