import type { LabHost } from '../host/lab-host.ts';

const limit = { timeoutMs: 120_000 };

/** The number that a guest has counted to on its console, 0 before the first. */
export async function ticks(host: LabHost, guest: string): Promise<number> {
  const numbers = [...(await host.readConsole(guest)).matchAll(/^tick (\d+)/gm)].map(([, number]) => number);
  return Number(numbers.at(-1) ?? 0);
}

/** Waits until the guest has counted `more` times from now on: it runs. */
export async function waitForTicks(host: LabHost, guest: string, more = 2): Promise<void> {
  const from = (await host.readConsole(guest)).length;
  await host.waitForConsole(guest, new RegExp(`(?:^tick \\d+ [^]*?){${more}}`, 'm'), { ...limit, from });
}

/** Waits until the guest has counted to `wanted` on this host's console. */
export async function waitForTick(host: LabHost, guest: string, wanted: number): Promise<void> {
  await host.waitForConsole(guest, new RegExp(`^tick ${wanted}\\b`, 'm'), limit);
}
