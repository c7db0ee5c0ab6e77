/**
 * Calls that fail, wait or hang because a rule says so.
 *
 * @example
 * ```ts
 * const faults = new Faults();
 * faults.add({ call: 'domainBuild', errno: 'ENOMEM' }); // the next one
 * faults.add({ call: 'xenstore.write', nth: 3, delayMs: 2_000 });
 * ```
 *
 * @packageDocumentation
 */
export { Faults } from './faults.ts';
export { noFaults } from './fault-point.ts';
export type { FaultPoint, StreamFault } from './fault-point.ts';
export { faultRuleSchema } from './rule.ts';
export type { FaultRule } from './rule.ts';
export { strike, strikesOf } from './strike.ts';
export type { Strike } from './strike.ts';
export { BACKEND_CALLS, DOM0_CALLS, FAULT_CALLS, XEN_CALLS, XENSTORE_CALLS } from './calls.ts';
