import { duplexPair } from 'node:stream';
import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import {
  createDomain,
  destroyDomain,
  domainConfigSchema,
  domainSource,
  domainTarget,
  pauseDomain,
  type Domain,
  type SourceOptions,
} from '@vm-tools/libdomain';
import { receiveFromPeer, sendToPeer } from '@vm-tools/libxfr';
import { patient } from '@vm-tools/ratelimit/testing';
import { createSimulatedHost, type SimulatedHost, type SimulatedHostOptions } from '@vm-tools/xen-sim';

interface ErrorCase {
  readonly code: string;
  readonly when: string;
  readonly at: 'source' | 'target';
  readonly is: Pick<VmToolsError, 'kind' | 'retry' | 'phase'>;
  /** @default "still running on the source" */
  readonly guest?: string;
  readonly a?: SimulatedHostOptions;
  readonly b?: SimulatedHostOptions;
  readonly cmdline?: string;
  readonly source?: SourceOptions;
  readonly arrange?: (hosts: { a: SimulatedHost; b: SimulatedHost; domain: Domain }) => unknown;
}

const shadow = { capabilities: { shadow: true } };
const memoryKib = 4096;

const config = (host: SimulatedHost, more: object): ReturnType<typeof domainConfigSchema.parse> =>
  domainConfigSchema.parse({ name: 'web1', type: 'pv', kernel: host.kernel, memoryKib, ...more });

const CASES: readonly ErrorCase[] = [
  {
    code: 'DOMAIN_PAUSED',
    when: 'the guest is paused',
    at: 'source',
    is: { kind: 'usage', retry: 'after-fix', phase: 'connecting' },
    guest: 'paused',
    arrange: ({ a, domain }) => pauseDomain(a, domain),
  },
  {
    code: 'DOMAIN_UNKNOWN',
    when: 'the guest is gone',
    at: 'source',
    is: { kind: 'no-domain', retry: 'after-fix', phase: 'connecting' },
    guest: 'destroyed',
    arrange: ({ a, domain }) => destroyDomain(a, domain),
  },
  {
    code: 'DOMAIN_NOT_LIVE',
    when: 'it cannot be moved live, and has to',
    at: 'source',
    is: { kind: 'usage', retry: 'after-fix', phase: 'connecting' },
    guest: 'still running here',
    source: { live: 'require' },
  },
  {
    code: 'DOMAIN_NOT_SAVABLE',
    when: 'the guest has crashed',
    at: 'source',
    is: { kind: 'usage', retry: 'after-fix', phase: 'connecting' },
    guest: 'shut down here: crash',
    arrange: ({ a, domain }) => a.machine.guestShutdown(domain.domid, 'crash'),
  },
  {
    code: 'DOMAIN_SUSPEND_TIMEOUT',
    when: 'the guest does not suspend',
    at: 'source',
    is: { kind: 'timeout', retry: 'safe', phase: 'suspending' },
    guest: 'still running here',
    cmdline: 'sim.suspend=rude',
    source: { suspendTimeoutMs: 5 },
  },
  {
    code: 'GUEST_DIED',
    when: 'the guest crashes on the way',
    at: 'source',
    is: { kind: 'failure', retry: 'after-fix', phase: 'precopy' },
    guest: 'shut down here: crash',
    a: shadow,
    cmdline: 'sim.precopy=crash',
  },
  {
    code: 'DOMAIN_NOT_CONVERGED',
    when: 'a budget cannot be met',
    at: 'source',
    is: { kind: 'not-converged', retry: 'after-fix', phase: 'precopy' },
    guest: 'still running here',
    a: shadow,
    cmdline: 'sim.dirty=20M/s sim.set=1M',
    source: { budget: { maxDowntimeMs: 1, maxRounds: 2, onNoConvergence: 'abort' } },
  },
  {
    code: 'XEN_CALL_FAILED',
    when: 'libxc fails at the source',
    at: 'source',
    is: { kind: 'failure', retry: 'after-fix', phase: 'stop-and-copy' },
    guest: 'still running here',
    arrange: ({ a }) => a.faults.add({ call: 'domainSave', at: 2 ** 20, errno: 'EIO' }),
  },
  {
    code: 'XEN_CALL_FAILED',
    when: 'libxc fails at the target',
    at: 'target',
    is: { kind: 'failure', retry: 'after-fix', phase: 'receiving' },
    arrange: ({ b }) => b.faults.add({ call: 'domainRestore', at: 2 ** 20, errno: 'EIO' }),
  },
  {
    code: 'DOMAIN_NO_MEMORY',
    when: 'the target has not enough memory',
    at: 'target',
    is: { kind: 'resource', retry: 'safe', phase: 'reserving' },
    b: { memory: '4M' },
  },
  {
    code: 'DOMAIN_NAME_TAKEN',
    when: 'another guest of the target has the name',
    at: 'target',
    is: { kind: 'usage', retry: 'after-fix', phase: 'reserving' },
    arrange: ({ b }) => createDomain(b, config(b, {})),
  },
  {
    code: 'DOMAIN_UUID_TAKEN',
    when: 'another guest of the target has the UUID',
    at: 'target',
    is: { kind: 'usage', retry: 'after-fix', phase: 'reserving' },
    arrange: ({ b, domain }) => createDomain(b, config(b, { name: 'twin', uuid: domain.uuid })),
  },
  {
    code: 'DOMAIN_CPU_INCOMPATIBLE',
    when: 'the processors of the target can do less',
    at: 'target',
    is: { kind: 'peer', retry: 'after-fix', phase: 'reserving' },
    b: { withoutCpuFeatures: ['aesni'] },
  },
];

/** Moves web1 from a to b in vain. */
async function fail({ a: optionsA = {}, b: optionsB = {}, cmdline = '', source, arrange }: ErrorCase) {
  await using a = await createSimulatedHost(optionsA);
  await using b = await createSimulatedHost(optionsB);
  const domain = await createDomain(a, config(a, { cmdline }));
  await arrange?.({ a, b, domain });
  const [near, far] = duplexPair();
  const options = { timeouts: { lingerMs: patient(5_000) } };
  const [sent] = await Promise.allSettled([
    sendToPeer(domainSource(a, domain, source), { stream: near, peer: 'b', isConfidential: true }, options),
    receiveFromPeer({ stream: far, peer: 'a', isConfidential: true }, () => domainTarget(b), options),
  ]);
  return sent.status === 'rejected' ? (sent.reason as unknown) : undefined;
}

test.each(CASES)('$code, when $when', async (each) => {
  const error = await fail(each);
  expect(error).toBeInstanceOf(VmToolsError);
  const told = error as VmToolsError;
  const { guest = 'still running on the source' } = each;
  expect(told.side).toBe('source');
  expect(told.guest?.state).toContain(guest);
  expect(told.hint).toMatch(/\S/);
  // The target's error comes as the cause, with its own side, phase and libxc.
  const said = each.at === 'source' ? told : (told.cause as VmToolsError);
  expect([said.code, said.side, said.hint]).toEqual([each.code, each.at, expect.stringMatching(/\S/)]);
  expect(said).toMatchObject(each.is);
  expect([told.kind, told.retry]).toEqual([each.is.kind, each.is.retry]);
  if (each.code === 'XEN_CALL_FAILED') expect(said.log).not.toEqual([]);
});
