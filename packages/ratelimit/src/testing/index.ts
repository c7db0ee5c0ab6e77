/**
 * Time in tests: limits that grow with the slowness of the machine, measured once by jest's configuration.
 *
 * @packageDocumentation
 */
export { patient } from './patient.ts';
export { measureSlowness } from './slowness.ts';
export { ManualClock } from '../clock/manual-clock.ts';
