/** A host of the lab, or a simulated one, as far as the consoles of its guests go. */
export interface ConsoleHost {
  readConsole(guest: string): Promise<string>;
  waitForConsole(
    guest: string,
    pattern: RegExp,
    options: { readonly timeoutMs: number; readonly from?: number },
  ): Promise<unknown>;
}

/** For the lab, where processors are emulated; a simulated host has a limit of its own. */
const LIMIT = { timeoutMs: 120_000 };

/** The number that a guest has counted to on its console, 0 before the first. */
export async function ticks(host: ConsoleHost, guest: string): Promise<number> {
  const numbers = [...(await host.readConsole(guest)).matchAll(/^tick (\d+)/gm)].map(([, number]) => number);
  return Number(numbers.at(-1) ?? 0);
}

/** Waits until the guest has counted `more` times from now on: it runs. */
export async function waitForTicks(host: ConsoleHost, guest: string, more = 2): Promise<void> {
  const from = (await host.readConsole(guest)).length;
  await host.waitForConsole(guest, new RegExp(`(?:^tick \\d+ [^]*?){${more}}`, 'm'), { ...LIMIT, from });
}

/** Waits until the guest has counted to `wanted` on this host's console. */
export async function waitForTick(host: ConsoleHost, guest: string, wanted: number): Promise<void> {
  await host.waitForConsole(guest, new RegExp(`^tick ${wanted}\\b`, 'm'), LIMIT);
}
