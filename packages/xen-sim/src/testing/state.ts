import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { HostState } from '../host/index.ts';
import type { TestHost } from './test-host.ts';
import { until } from './until.ts';

/** All that an action could leave behind on a host, so that two moments can be compared. */
export function state(host: TestHost): Promise<HostState> {
  return host.simulated.snapshot();
}

/** Does something after which the host must be as it was before. */
export async function unchanged<Value>(host: TestHost, act: () => Promise<Value>): Promise<Value> {
  const before = await state(host);
  const value = await act();
  expect(await state(host)).toEqual(before);
  return value;
}

/** The same for the other end of a transfer: its xfrd hears of a failure later than we do, and tidies up then. */
export async function unchangedInTheEnd<Value>(host: TestHost, act: () => Promise<Value>): Promise<Value> {
  const before = await state(host);
  const value = await act();
  await until(async () => isDeepStrictEqual(await state(host), before)).catch(() => undefined);
  expect(await state(host)).toEqual(before);
  return value;
}
