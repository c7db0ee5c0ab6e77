import type { PrecopyDecision, SaveCall, SaveSpec } from '@vm-tools/xc-native';
import type { Machine } from '../../machine/index.ts';
import { CallLog } from '../call-log.ts';
import { Conversation, handled } from '../conversation.ts';
import { findDomain } from '../find-domain.ts';
import type { ImageCallOptions } from '../image-call-options.ts';
import { turn } from '../turn.ts';
import { ImageFile } from './image-file.ts';
import { ImageStream } from './image-stream.ts';
import { save, type SaveQuestions } from './save.ts';
import { StreamWriter } from './stream-writer.ts';

/**
 * Saves a domain as xc_domain_save does: the same records in the same order, the same questions. The stream is written
 * at the pace of its reader, and memory is read as the guest changes it.
 */
export function saveDomain(
  machine: Machine,
  domid: number,
  spec: SaveSpec,
  options: ImageCallOptions = {},
): SaveCall {
  const stream = spec.into === undefined ? new ImageStream() : new ImageFile(spec.into);
  const conversation = new Conversation(`saving domain ${domid}`, options.signal);
  conversation.cut.addEventListener('abort', () => stream.cut());
  const log = new CallLog('xc_domain_save', domid, options.onLog);

  const work = async (): Promise<void> => {
    const failAfter = await options.begin?.(conversation.stopOf(stream));
    await turn();
    conversation.checkpoint('xc_domain_save');
    const domain = findDomain(machine, domid, log);
    const questions = questionsOf(spec, conversation);
    await save(
      machine,
      domain,
      { live: spec.live, questions },
      new StreamWriter(stream, log, failAfter),
      log,
    );
  };
  const done = conversation.hold(work, { needsStream: true });
  done.then(
    () => {
      stream.push(null);
      if (spec.into !== undefined) stream.destroy();
    },
    (error: unknown) => stream.destroy(error as Error),
  );
  return { stream, done: handled(done) };
}

function questionsOf({ suspend, precopy }: SaveSpec, conversation: Conversation): SaveQuestions {
  const suspended = async (): Promise<PrecopyDecision> => {
    await suspend();
    return 'continue';
  };
  return {
    suspend: () => conversation.ask(suspended),
    precopy: precopy && ((stats) => conversation.ask(() => precopy(stats))),
  };
}
