import { LibxcVerifier } from '@vm-tools/xen-stream';
import { imageCorpus, realPvBeginning } from '../corpus/images.ts';
import { expectError } from '../expect-error.ts';
import { damagedRecord } from '../mutate/record.ts';
import { damagedUnits, joined } from '../mutate/units.ts';
import { problemOf } from '../oracle/libxc-format.ts';
import { createRandom } from '../random.ts';
import { bytesIn, must, type Input, type Target, type Verdict } from '../target.ts';

/** The most pages of a guest: a little more than the largest one has, so that the limit is met as well. */
const MAX_PAGES = 1040;

const CODES = /^STREAM_(TRUNCATED|CORRUPT|FOREIGN|UNSUPPORTED|TOO_LARGE)$/;

interface Outcome {
  readonly verdict: Verdict;
  readonly message?: string;
  /** bytes of the stream, when it was accepted */
  readonly used: number;
}

/** The verifier in front of libxenguest. What it accepts is a stream by another reading of the format, too. */
export async function libxcTarget(): Promise<Target> {
  const corpus = (await imageCorpus()).map(({ libxc }) => libxc);
  const parts = [...corpus, await realPvBeginning()];
  return {
    name: 'libxc stream',
    group: 'images',
    weight: 40,
    make(random) {
      const rules = { other: random.pick(parts), damageUnit: damagedRecord };
      return joined(damagedUnits(random, random.pick(corpus), rules));
    },
    feed(input) {
      const outcome = verify(input);
      const bytes = bytesIn(input);
      if (outcome.verdict === 'accepted') {
        const stream = Buffer.concat(input).subarray(0, outcome.used);
        const problem = problemOf(stream);
        must(problem === undefined, `it was accepted with ${problem}`);
      }
      // Of all inputs, the same ones each time.
      if (bytes % 4 === 0) expectSame(outcome, verify(cutAgain(input, bytes)));
      return outcome.verdict;
    },
  };
}

function verify(input: Input): Outcome {
  const verifier = new LibxcVerifier({ maxPages: MAX_PAGES });
  const bytes = bytesIn(input);
  let used = 0;
  let passed = 0;
  try {
    for (const chunk of input) {
      used += verifier.push(chunk, ({ length }) => (passed += length));
      must(
        passed <= used && verifier.counts.bytes >= passed,
        'bytes were passed on before they had been checked',
      );
    }
    verifier.finish();
  } catch (thrown) {
    const verdict = expectError(thrown, { codes: CODES, placed: CODES, bytes });
    const { message, details } = thrown as { message: string; details: { record?: unknown } };
    must(typeof details.record === 'string' && details.record !== '', `${verdict} names no record`);
    must(verifier.counts.bytes >= passed, 'bytes were passed on that had not been checked');
    return { verdict, message, used };
  }
  must(passed === used, 'not all that was accepted was passed on');
  must(verifier.counts.populatedPfns <= MAX_PAGES, 'more pages were accepted than there may be');
  return { verdict: 'accepted', used };
}

/** The same bytes in other pieces. */
function cutAgain(input: Input, seed: number): Buffer[] {
  const random = createRandom(seed);
  return input.flatMap((chunk) => {
    const at = random.below(chunk.length + 1);
    return [chunk.subarray(0, at), chunk.subarray(at)];
  });
}

function expectSame(one: Outcome, other: Outcome): void {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  const isSame = one.verdict === 'accepted' ? one.verdict === other.verdict : one.message === other.message;
  must(isSame, `the pieces in which it comes make a difference: ${first} and ${second}`);
}
