import { goOn } from './go-on.ts';
import { playedHosts, stopHosts } from './hosts.ts';
import { play } from './play.ts';

/** Two simulated hosts and a play on them. They stay up for a user who wants to go on; after a failure they do not. */
export async function runSimulated(signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const hosts = playedHosts(signal);
  await stopHosts();
  try {
    const endpoints = await play(hosts, signal);
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`\nAll of it took ${seconds.toFixed(0)} s.`);
    goOn(hosts, endpoints);
  } catch (thrown) {
    await stopHosts();
    throw thrown;
  }
}
