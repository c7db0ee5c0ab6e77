import { Channel, DEFAULT_TIMEOUTS } from '@vm-tools/libxfr/testing';
import { expectError } from '../expect-error.ts';
import { oneWay } from '../one-way.ts';
import { bytesIn, Violation, type Target } from '../target.ts';
import { someFrames } from './frames.ts';

const CODES = /^XFR_(PROTOCOL|CONNECTION_LOST|PEER_ABORTED)$/;
const PLACED = /^XFR_PROTOCOL$/;

/** The frames of a connection, in the pieces in which they come. */
export const channelTarget: Target = {
  name: 'channel',
  group: 'frames',
  weight: 5,
  make: someFrames,
  async feed(input) {
    const stream = oneWay(input);
    const connection = { stream, peer: 'the peer', isConfidential: true };
    const channel = new Channel(connection, 'source', { ...DEFAULT_TIMEOUTS, lingerMs: 1 });
    const bytes = bytesIn(input);
    try {
      // Each frame has a header of eight bytes, so this many cannot come.
      for (let left = bytes / 8 + 1; left > 0; left -= 1) await channel.next();
    } catch (thrown) {
      return expectError(thrown, { codes: CODES, placed: PLACED, bytes });
    } finally {
      await channel.close();
    }
    throw new Violation('more frames came than there were');
  },
};
