import { describe, expect, it } from '@jest/globals';
import { SHUTDOWN_REASONS } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { differenceOf } from './difference.ts';
import type { SeenDevice, SeenDomain, SeenHost } from './seen-domain.ts';
import { applyChange } from './testing/apply-change.ts';

const web1: SeenDomain = {
  domid: 3,
  uuid: 'u1',
  name: 'web1',
  phase: 'running',
  hasStarted: true,
  targetKib: 1024,
  devices: new Map(),
};
const fresh: SeenDomain = { ...web1, phase: 'paused', hasStarted: false };
const vif: SeenDevice = { kind: 'vif', id: '0', frontendState: 'connected', backendState: 'connected' };

const host = (...domains: readonly SeenDomain[]): SeenHost =>
  new Map(domains.map((domain) => [domain.domid, domain]));

/** The types of what has happened to web1, with whatever else is told of it. */
function told(was: SeenDomain | undefined, is: SeenDomain | undefined): object[] {
  const looks = [was, is].map((domain) => host(...(domain === undefined ? [] : [domain])));
  return differenceOf(looks[0]!, looks[1]!).map(({ domid: _d, uuid: _u, name: _n, ...rest }) => rest);
}

describe('what has happened between two looks', () => {
  it.each<[string, SeenDomain | undefined, SeenDomain | undefined, object[]]>([
    ['nothing', web1, web1, []],
    ['it was made', undefined, fresh, [{ type: 'created', targetKib: 1024 }]],
    ['it was made, and runs', undefined, web1, [{ type: 'created', targetKib: 1024 }, { type: 'started' }]],
    ['it runs for the first time', fresh, web1, [{ type: 'started' }]],
    [
      'it has run, and was paused',
      fresh,
      { ...web1, phase: 'paused' },
      [{ type: 'started' }, { type: 'paused' }],
    ],
    [
      'it comes from a peer',
      fresh,
      { ...fresh, phase: 'arriving', from: 'b' },
      [{ type: 'arriving', from: 'b' }],
    ],
    ['it comes from a file', fresh, { ...fresh, phase: 'arriving' }, [{ type: 'arriving' }]],
    ['it is here, and waits', { ...fresh, phase: 'arriving' }, fresh, [{ type: 'paused' }]],
    ['it is here, and runs', { ...fresh, phase: 'arriving' }, web1, [{ type: 'started' }]],
    ['it was paused', web1, { ...web1, phase: 'paused' }, [{ type: 'paused' }]],
    ['it goes on', { ...web1, phase: 'paused' }, web1, [{ type: 'unpaused' }]],
    ['it was suspended', web1, { ...web1, phase: 'suspended' }, [{ type: 'suspended' }]],
    ['it was resumed', { ...web1, phase: 'suspended' }, web1, [{ type: 'resumed' }]],
    [
      'it was resumed, and paused',
      { ...web1, phase: 'suspended' },
      { ...web1, phase: 'paused' },
      [{ type: 'resumed' }, { type: 'paused' }],
    ],
    [
      'it has shut down',
      web1,
      { ...web1, phase: 'shut-down', reason: 'reboot' },
      [{ type: 'shut-down', reason: 'reboot' }],
    ],
    [
      'it has crashed',
      web1,
      { ...web1, phase: 'crashed', reason: 'crash' },
      [{ type: 'crashed', reason: 'crash' }],
    ],
    ['it is dying', web1, { ...web1, phase: 'dying' }, [{ type: 'dying' }]],
    ['it is gone', { ...web1, phase: 'dying' }, undefined, [{ type: 'gone' }]],
    ['it was asked', web1, { ...web1, request: 'poweroff' }, [{ type: 'asked', request: 'poweroff' }]],
    [
      'it has taken notice',
      { ...web1, request: 'poweroff' },
      web1,
      [{ type: 'answered', request: 'poweroff' }],
    ],
    ['it has another name', { ...web1, name: 'web0' }, web1, [{ type: 'renamed', from: 'web0' }]],
    [
      'it is to make do with less',
      web1,
      { ...web1, targetKib: 512 },
      [{ type: 'memory-target', targetKib: 512, fromKib: 1024 }],
    ],
    [
      'a device came',
      web1,
      { ...web1, devices: new Map([['vif/0', vif]]) },
      [{ type: 'device-added', ...vif }],
    ],
    [
      'a device went',
      { ...web1, devices: new Map([['vif/0', vif]]) },
      web1,
      [{ type: 'device-removed', kind: 'vif', id: '0' }],
    ],
    [
      'a device is in another state',
      { ...web1, devices: new Map([['vif/0', { ...vif, frontendState: 'closing' }]]) },
      { ...web1, devices: new Map([['vif/0', vif]]) },
      [{ type: 'device-state', ...vif }],
    ],
    [
      'another one has its number',
      web1,
      { ...fresh, uuid: 'u2' },
      [{ type: 'gone' }, { type: 'created', targetKib: 1024 }],
    ],
  ])('%s', (_, was, is, expected) => {
    expect(told(was, is)).toEqual(expected);
  });

  it('begins with those that are gone, under their last names', () => {
    const successor = { ...web1, domid: 4 };
    expect(differenceOf(host(web1), host(successor))).toEqual([
      { domid: 3, uuid: 'u1', name: 'web1', type: 'gone' },
      { domid: 4, uuid: 'u1', name: 'web1', type: 'created', targetKib: 1024 },
      { domid: 4, uuid: 'u1', name: 'web1', type: 'started' },
    ]);
  });

  it('done to the first look gives the second, whatever both are', () => {
    fc.assert(
      fc.property(fc.array(anyHost, { minLength: 1, maxLength: 6 }), (hosts) => {
        let told: SeenHost = new Map();
        let before: SeenHost = new Map();
        for (const is of hosts) {
          const after = keepingTargets(before, is);
          const changes = differenceOf(before, after);
          told = changes.reduce<SeenHost>(applyChange, told);
          expect(byDomid(told)).toEqual(byDomid(after));
          expect(differenceOf(after, after)).toEqual([]);
          before = after;
        }
      }),
    );
  });

  it('tells of no state twice in a row', () => {
    fc.assert(
      fc.property(anyHost, anyHost, (before, after) => {
        const changes = differenceOf(before, keepingTargets(before, after));
        for (const [index, change] of changes.entries()) expect(change).not.toEqual(changes[index - 1]);
      }),
    );
  });
});

const anyState = fc.constantFrom('absent', 'initialising', 'connected', 'closed');
const anyDevices = fc
  .uniqueArray(fc.record({ kind: fc.constantFrom('vbd', 'vif'), id: fc.constantFrom('0', '1') }), {
    selector: ({ kind, id }) => `${kind}/${id}`,
  })
  .chain((devices) =>
    fc.tuple(
      ...devices.map((device) =>
        fc.record({ ...constants(device), frontendState: anyState, backendState: anyState }),
      ),
    ),
  )
  .map((devices) => new Map(devices.map((device) => [`${device.kind}/${device.id}`, device])));

/** How a domain may be: what has never run is paused or arrives, or ends. */
const anyLife: fc.Arbitrary<Pick<SeenDomain, 'phase' | 'reason' | 'from' | 'hasStarted'>> = fc.oneof(
  fc.record({ phase: fc.constant('running' as const), hasStarted: fc.constant(true) }),
  fc.record({ phase: fc.constantFrom('paused', 'suspended', 'dying'), hasStarted: fc.boolean() }),
  fc.record(
    {
      phase: fc.constant('arriving' as const),
      hasStarted: fc.constant(false),
      from: fc.constantFrom('b', 'c'),
    },
    { requiredKeys: ['phase', 'hasStarted'] },
  ),
  fc.record({
    phase: fc.constant('shut-down' as const),
    hasStarted: fc.boolean(),
    reason: fc.constantFrom(
      ...SHUTDOWN_REASONS.filter((reason) => reason !== 'suspend' && reason !== 'crash'),
    ),
  }),
  fc.record({
    phase: fc.constant('crashed' as const),
    hasStarted: fc.boolean(),
    reason: fc.constant('crash' as const),
  }),
);

const anyDomain = fc
  .tuple(
    fc.record(
      {
        domid: fc.nat({ max: 3 }),
        uuid: fc.constantFrom('u1', 'u2'),
        name: fc.constantFrom('', 'web1', 'web2'),
        devices: anyDevices,
        request: fc.constantFrom('poweroff' as const, 'suspend' as const),
        targetKib: fc.nat({ max: 3 }),
      },
      { requiredKeys: ['domid', 'uuid', 'name', 'devices'] },
    ),
    anyLife,
  )
  .map(([domain, life]): SeenDomain => ({ ...domain, ...life }));

const anyHost: fc.Arbitrary<SeenHost> = fc
  .uniqueArray(anyDomain, { selector: ({ domid }) => domid })
  .map((domains) => host(...domains));

function constants<T extends object>(values: T): { [Key in keyof T]: fc.Arbitrary<T[Key]> } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    [Key in keyof T]: fc.Arbitrary<T[Key]>;
  };
}

/** A target that cannot be read is kept by the look. */
function keepingTargets(before: SeenHost, after: SeenHost): SeenHost {
  return host(
    ...[...after.values()].map((domain) => {
      const { targetKib } = before.get(domain.domid) ?? {};
      return targetKib === undefined ? domain : { targetKib, ...domain };
    }),
  );
}

const byDomid = (looked: SeenHost): SeenDomain[] =>
  [...looked.values()].sort((one, other) => one.domid - other.domid);
