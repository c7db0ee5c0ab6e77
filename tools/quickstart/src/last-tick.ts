import type { StageHost } from './stage.ts';

/** The last tick of the guest on its console on this host. */
export async function lastTick(host: StageHost, guest: string): Promise<number> {
  const text = await host.readConsole(guest);
  return Math.max(0, ...[...text.matchAll(/^tick (\d+)/gm)].map(([, number]) => Number(number)));
}
