import { outputLost, writeText, type Invocation } from '@vm-tools/cli';
import { shownJson } from '@vm-tools/words';
import { describeEvent } from './describe-event.ts';
import type { EventPlace } from './event-place.ts';

/** Each event as a line of stdout: for people, or of JSON. */
export function onStdout({
  messages,
  claimStdout,
}: Pick<Invocation<unknown>, 'messages' | 'claimStdout'>): EventPlace {
  const output = claimStdout('text');
  const lost = new AbortController();
  const onLost = (error: unknown): void => lost.abort(outputLost(error, 'the events'));
  output.once('error', onLost);
  const textOf = messages.json ? shownJson : describeEvent;
  return {
    lost: lost.signal,
    write: (event) => writeText(output, `${textOf(event)}\n`, 'the events'),
    [Symbol.dispose]: () => output.off('error', onLost),
  };
}
