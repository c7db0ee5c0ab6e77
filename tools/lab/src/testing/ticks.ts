import type { LabHost } from '../lab-host.ts';

const tick = /^tick (\d+)/gm;

/** The number that a guest has counted to on its console, 0 before the first. */
export async function ticks(host: LabHost, guest: string): Promise<number> {
  const numbers = [...(await host.readConsole(guest)).matchAll(tick)].map(([, number]) => Number(number));
  return Math.max(0, ...numbers);
}

/** Waits until the guest has counted `more` further than it had when this was called. */
export async function waitForTicks(host: LabHost, guest: string, more = 2): Promise<number> {
  const wanted = (await ticks(host, guest)) + more;
  return waitForTick(host, guest, wanted);
}

/** Waits until the guest has counted to `wanted` on this host's console. */
export async function waitForTick(host: LabHost, guest: string, wanted: number): Promise<number> {
  await host.waitForConsole(guest, new RegExp(`^tick ${wanted}\\b`, 'm'), { timeoutMs: 120_000 });
  return wanted;
}
