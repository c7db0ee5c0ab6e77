import type { RestoreCall, RestoreSpec } from '@vm-tools/xc-native';
import type { Machine } from '../../machine/index.ts';
import { CallLog } from '../call-log.ts';
import { Conversation, handled } from '../conversation.ts';
import { findDomain } from '../find-domain.ts';
import type { ImageCallOptions } from '../image-call-options.ts';
import { turn } from '../turn.ts';
import { ImageSink } from './image-sink.ts';
import { RecordReader } from './record-reader.ts';
import { restore } from './restore.ts';

/**
 * Fills a new domain from a libxc stream as xc_domain_restore does. The verifier of xen-stream refuses an unsound one,
 * in its own words; libxc would take some of those. A guest of a real Xen becomes memory in which nothing runs.
 */
export function restoreDomain(
  machine: Machine,
  domid: number,
  spec: RestoreSpec,
  options: ImageCallOptions = {},
): RestoreCall {
  const sink = new ImageSink();
  const conversation = new Conversation(`restoring domain ${domid}`, options.signal);
  conversation.cut.addEventListener('abort', () => sink.cut());
  const log = new CallLog('xc_domain_restore', domid, options.onLog);
  const done = conversation.hold(async () => {
    const failAfter = await options.begin?.(conversation.stopOf(sink));
    await turn();
    conversation.checkpoint('xc_domain_restore');
    const domain = findDomain(machine, domid, log);
    return restore(machine, domain, spec, new RecordReader(sink, log, failAfter), log);
  });
  sink.follow(done);
  return { sink, done: handled(done) };
}
