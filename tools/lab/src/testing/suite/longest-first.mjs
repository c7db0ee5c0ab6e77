import Sequencer from '@jest/test-sequencer';

/** Its tests are written elsewhere, so that nobody sees by its size how long it takes. */
const LONG = /real-xen\.lab\.test\.ts$/;

/** jest knows how long a file took the last time; in a fresh clone it goes by the sizes of the files. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
