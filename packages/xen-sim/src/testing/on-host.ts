import { test } from '@jest/globals';
import { preparePtys } from '../host/console/pty.ts';
import { startTestHost, type TestHost, type TestHostOptions } from './test-host.ts';

await preparePtys();

/**
 * A test with a host of its own: so it sees all that is left there, and runs at the same time as others. Hooks and
 * `describe` are not for such tests.
 */
export function testOnHost(
  name: string,
  body: (host: TestHost) => Promise<void>,
  options: TestHostOptions = {},
): void {
  test.concurrent(name, async () => {
    await using host = await startTestHost(options);
    await body(host);
  });
}

/** The same with two hosts, between which something is moved. */
export function testOnTwoHosts(
  name: string,
  body: (a: TestHost, b: TestHost) => Promise<void>,
  options: TestHostOptions = {},
): void {
  testOnHost(
    name,
    async (a) => {
      await using b = await startTestHost({ ...options, name: 'b' });
      await body(a, b);
    },
    options,
  );
}
