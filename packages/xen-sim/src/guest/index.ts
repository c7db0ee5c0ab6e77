/**
 * Guests of a simulated host: programs that live in guest memory, dirty it, count on their consoles and answer the
 * toolstack in their own manner.
 *
 * @example
 * ```ts
 * installProgram(domain.memory, 'sim.dirty=20M/s sim.set=64M sim.suspend=slow:3s'); // what the builder does
 * const guests = startGuests({ machine, clock, seed: 1, connectStore, nameOf, console });
 * machine.domainUnpause(domain.domid);
 * await clock.advance(60_000);
 * guests.ticksOf(domain.domid); // 61
 * ```
 *
 * @packageDocumentation
 */
export { startGuests } from './start-guests.ts';
export type { GuestChange, Guests, GuestStatus } from './start-guests.ts';
export { installProgram, hasProgram, STATE_GFN } from './pages/state-page.ts';
export { parseGuestModel } from './model/parse-model.ts';
export type { Manner } from './model/manner.ts';
export type { GuestModel, PrecopyEnd } from './model/model.ts';
export { parseScenario, scenarioSchema } from './scenario.ts';
export type { Scenario } from './scenario.ts';
export type { WrittenWords } from './model/words.ts';
export type { GuestConsole, GuestWorld } from './world.ts';
