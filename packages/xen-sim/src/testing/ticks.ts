import type { TestHost } from './test-host.ts';

/** The number that a guest has counted to on its console, 0 before the first. */
export async function ticks(host: TestHost, guest: string): Promise<number> {
  const numbers = [...(await host.readConsole(guest)).matchAll(/^tick (\d+)/gm)].map(([, number]) => number);
  return Number(numbers.at(-1) ?? 0);
}

/** Waits until the guest has counted `more` times from now on: it runs. */
export async function waitForTicks(host: TestHost, guest: string, more = 2): Promise<void> {
  const from = (await host.readConsole(guest)).length;
  await host.waitForConsole(guest, new RegExp(`(?:^tick \\d+ [^]*?){${more}}`, 'm'), { from });
}

/** Waits until the guest has counted to `wanted` on this host's console. */
export async function waitForTick(host: TestHost, guest: string, wanted: number): Promise<void> {
  await host.waitForConsole(guest, new RegExp(`^tick ${wanted}\\b`, 'm'));
}
