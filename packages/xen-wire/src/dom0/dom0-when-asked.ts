import { DOM0_CALL_NAMES } from './dom0-calls.ts';
import type { RemoteDom0 } from './remote-dom0.ts';

/**
 * A control domain that is connected to when it is first asked for something: most commands never ask it.
 *
 * @param connect what it throws, the calls throw
 */
export function dom0WhenAsked(connect: () => Promise<RemoteDom0>): RemoteDom0 {
  let connected: Promise<RemoteDom0> | undefined;
  const calls = DOM0_CALL_NAMES.map((name) => [
    name,
    async (...args: readonly unknown[]): Promise<unknown> => {
      const dom0 = await (connected ??= connect());
      return (dom0[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    },
  ]);
  const close = async (): Promise<void> => (await connected?.catch(() => undefined))?.close();
  return { ...(Object.fromEntries(calls) as Omit<RemoteDom0, 'close'>), close };
}
