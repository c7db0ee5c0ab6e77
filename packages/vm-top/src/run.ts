import { isReaderGone, writeText, type Invocation, type Outcome } from '@vm-tools/cli';
import { sleep, VmToolsError } from '@vm-tools/errors';
import { figuresReader } from '@vm-tools/libdomain';
import { listenForEnd } from './keys.ts';
import type { TopInput } from './options.ts';
import type { TopSummary } from './result.ts';
import { viewFor } from './view.ts';

const DEFAULT_INTERVAL_MS = 2000;

export async function top(invocation: Invocation<TopInput>): Promise<Outcome<TopSummary>> {
  const { input, messages, signal } = invocation;
  const { once = false, count = Infinity, interval = DEFAULT_INTERVAL_MS } = input;
  const reader = figuresReader(await invocation.openHost());
  const view = viewFor(input, messages, process.stdout);
  const output = invocation.claimStdout('text');
  const enough = new AbortController();
  // Elsewhere another program may read the terminal, and Ctrl-C comes as a signal.
  using _keys = view.isScreen ? listenForEnd(process.stdin, () => enough.abort()) : undefined;
  const gone = (): void => enough.abort();
  output.once('error', gone);
  let looks = 0;
  try {
    await writeText(output, view.begin, 'the figures');
    while (!enough.signal.aborted) {
      const begun = performance.now();
      await writeText(output, await view.of(await reader.look(), looks === 0), 'the figures');
      looks += 1;
      if (looks >= (once ? 1 : count)) break;
      const ends = AbortSignal.any([signal, enough.signal]);
      await sleep(interval - (performance.now() - begun), ends);
    }
  } catch (thrown) {
    if (!isEnd(thrown)) throw thrown;
  } finally {
    output.off('error', gone);
    await writeText(output, view.end, 'the figures').catch(() => undefined); // there is no reader any more
  }
  return { value: { looks }, isReport: true };
}

/** The user has pressed q, a signal has come, or the reader has had enough: what was asked for is done. */
function isEnd(thrown: unknown): boolean {
  return thrown instanceof VmToolsError && (thrown.kind === 'interrupted' || isReaderGone(thrown));
}
