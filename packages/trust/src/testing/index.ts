/**
 * Hosts that exist only as files, for tests.
 *
 * @packageDocumentation
 */
export { createTestHost } from './test-host.ts';
export type { TestHost } from './test-host.ts';
export { createTestAuthority } from './test-authority.ts';
export type { TestAuthority } from './test-authority.ts';
export { trustEachOther } from './trust-each-other.ts';
