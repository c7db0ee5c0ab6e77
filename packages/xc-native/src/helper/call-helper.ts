import type { Duplex } from 'node:stream';
import { encodeLine } from '@vm-tools/ipc';
import { Conversation, type HelperOptions } from './conversation.ts';
import type { RingFrames } from '../xen.ts';
import { hasStream, LONGEST_LINE_BYTES, protocolError, type Job } from './messages.ts';

/** A call of libxc that runs in a helper process. */
export interface HelperCall {
  /** the stream of the image, for work with one */
  readonly data: Promise<Duplex>;
  /** Settles when the helper has done it, or has ended: from then on nothing of libxc happens any more. */
  readonly done: Promise<RingFrames | undefined>;
}

/**
 * Runs a job in a helper process and answers what it asks.
 *
 * An abort does not kill it, because libxc would leave the guest in log-dirty mode. The question at hand and all
 * later ones are answered 'abort', and the data stream is cut, so that whatever libxc reads or writes fails at once
 * and it tidies up. Only a helper that does not end in time is killed.
 */
export function callHelper(job: Job, options: HelperOptions): HelperCall {
  const line = encodeLine(job, LONGEST_LINE_BYTES, protocolError); // what is too long to be told bothers no helper
  const helper = options.helpers.take(hasStream(job));
  helper.control.write(line);
  const done = new Conversation(helper, job, options).run();
  done.catch(() => undefined); // who only looks at the stream gets the same error there
  return { data: Promise.resolve(helper.data), done };
}
