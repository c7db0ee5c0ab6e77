import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../actions/create-domain.ts';
import { destroyDomain } from '../actions/destroy-domain.ts';
import { listDomains } from '../actions/look/list-domains.ts';
import { pauseDomain } from '../actions/pause-domain.ts';
import { shutdownDomain } from '../actions/shutdown-domain.ts';
import { unpauseDomain } from '../actions/unpause-domain.ts';
import type { Host } from '../host.ts';
import { failure } from '../testing/failure.ts';
import { sampleConfig, sampleDomain } from '../testing/sample-config.ts';
import { domainSource } from '../transfer/source/source.ts';
import type { UndecidedTransfer } from '../transfers.ts';
import { holdDomain, requireDecided } from './hold-domain.ts';

const signal = new AbortController().signal;
const UUID = '0f0e0d0c-0b0a-0908-0706-050403020100';
const control = { signal, onProgress: () => undefined };

/** All that changes a domain. */
const ACTIONS: readonly [
  string,
  (host: Host, domain: Awaited<ReturnType<typeof sampleDomain>>) => Promise<unknown>,
][] = [
  ['pause', pauseDomain],
  ['unpause', unpauseDomain],
  ['shutdown', (host, domain) => shutdownDomain(host, domain, { mode: 'poweroff' })],
  ['reboot', (host, domain) => shutdownDomain(host, domain, { mode: 'reboot' })],
  ['destroy', destroyDomain],
  ['hold of a source', (host, domain) => domainSource(host, domain).hold()],
  ['save', (host, domain) => domainSource(host, domain).save(process.stdout, control)],
  ['create', (host, { uuid }) => createDomain(host, sampleConfig({ kernel: '/k' }, { name: 'web2', uuid }))],
];

describe('holdDomain', () => {
  it.each(ACTIONS)('keeps out another tool that would %s it, and names the holder', async (_, act) => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    const before = await host.snapshot();
    {
      await using _held = await holdDomain({ ...host, command: 'vm-save' }, domain);
      const error = await failure(act(host, domain));
      expect(error).toMatchObject({
        code: 'XFR_GUEST_BUSY',
        kind: 'usage',
        retry: 'safe',
        message: expect.stringMatching(
          /^web[12] is busy: vm-save \(pid \d+\) has held it since \d\d:\d\d:\d\d$/,
        ),
        details: { holder: { command: 'vm-save', pid: process.pid } },
      });
      expect((await listDomains(host)).map(({ name }) => name)).toContain('web1');
    }
    expect(await host.snapshot()).toEqual(before);
  });

  it('waits for its holder where that is wanted, and is let through by it', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    const hold = await holdDomain(host, domain);
    const waiting = pauseDomain(host, domain, { waitMs: 600_000 });
    await pauseDomain(host, domain, { hold });
    await unpauseDomain(host, domain, { hold });
    await hold[Symbol.asyncDispose]();
    await waiting;
    expect((await host.xen.domainGetinfo(domain.domid))?.isPaused).toBe(true);
  });

  it('does not wait longer than that', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    await using _held = await holdDomain(host, domain);
    expect(await failure(holdDomain(host, domain))).toMatchObject({
      guest: { domid: domain.domid, state: 'still running here' },
    });
    const error = await failure(pauseDomain(host, domain, { waitMs: 1 }));
    expect(error).toMatchObject({ code: 'XFR_GUEST_BUSY', guest: { state: 'still running here' } });
  });

  it.each(ACTIONS)('lets no tool %s a guest whose transfer is not decided', async (_, act) => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    const before = await host.snapshot();
    const transfer: UndecidedTransfer = {
      id: 'a'.repeat(32),
      role: 'source',
      state: 'committed',
      means: 'is suspended here; only the target says whether it runs there',
      peer: 'tls://b:8002',
    };
    const transfers = { of: async (uuid: string) => (uuid === domain.uuid ? transfer : undefined) };
    const error = await failure(act({ ...host, transfers }, domain));
    expect(error).toMatchObject({
      code: 'XFR_UNRESOLVED',
      kind: 'uncertain',
      hint: `vm-migrate resolve ${transfer.id}`,
      details: { state: 'committed', peer: 'tls://b:8002' },
    });
    expect(await host.snapshot()).toEqual(before);
    const other = holdDomain({ ...host, transfers }, domain, { transfer: 'b'.repeat(32) });
    await expect(other).rejects.toMatchObject({ code: 'XFR_UNRESOLVED' });
    await using _held = await holdDomain({ ...host, transfers }, domain, { transfer: transfer.id });
  });

  it('waits no longer than its caller', async () => {
    await using host = await createSimulatedHost();
    await using _held = await holdDomain(host, { uuid: UUID });
    const aborted = holdDomain(host, { uuid: UUID }, { waitMs: 600_000, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('keeps out others from a domain that is still to be made, in the name of this program', async () => {
    await using host = await createSimulatedHost();
    await using held = await holdDomain({ ...host, command: undefined as never }, { uuid: UUID });
    expect(held.uuid).toBe(UUID);
    const program = basename(process.argv[1]!);
    const error = await failure(holdDomain(host, { uuid: UUID }));
    expect(error).toMatchObject({
      code: 'XFR_GUEST_BUSY',
      message: expect.stringContaining(`${UUID} is busy: ${program} (pid `),
      details: { name: UUID, uuid: UUID, holder: { command: program } },
    });
    expect(error).not.toHaveProperty('guest.domid');
    expect(await readdir(join(host.root, 'run/vm-tools/domains'))).toEqual([`${UUID}.lock`]);
  });

  it('says of a held guest that only its target can tell where it is, and of all others who holds them', async () => {
    await using host = await createSimulatedHost();
    await using _held = await holdDomain(host, { uuid: UUID });
    const codeWhile = async (of: () => Promise<UndecidedTransfer | undefined>): Promise<unknown> => {
      const { code, message } = await failure(holdDomain({ ...host, transfers: { of } }, { uuid: UUID }));
      return [code, message.replace(/:.*/, '')];
    };
    const busy = ['XFR_GUEST_BUSY', `${UUID} is busy`];
    const transfer = (role: 'source' | 'target', state: string): UndecidedTransfer => ({
      id: 'a'.repeat(32),
      role,
      state,
      means: 'waits',
      peer: 'b',
    });
    expect(await codeWhile(async () => transfer('source', 'committed'))).toEqual([
      'XFR_UNRESOLVED',
      `no other tool may touch ${UUID} before its transfer to b is decided`,
    ]);
    expect(await codeWhile(async () => transfer('source', 'offered'))).toEqual(busy);
    expect(await codeWhile(async () => transfer('target', 'committed'))).toEqual(busy);
    expect(await codeWhile(() => Promise.reject(new Error('damaged')))).toEqual(busy);
  });

  it('lets go of what it refuses, and gives the facts of the transfer to a caller that may go on', async () => {
    await using host = await createSimulatedHost();
    const transfer: UndecidedTransfer = {
      id: 'a'.repeat(32),
      role: 'target',
      state: 'ready',
      means: 'waits',
      peer: 'b',
    };
    const receiving = { ...host, transfers: { of: async () => transfer } };
    const error = await failure(holdDomain(receiving, { uuid: UUID }));
    expect(error).toMatchObject({
      code: 'XFR_UNRESOLVED',
      message: `no other tool may touch ${UUID} before its transfer from b is decided: it waits`,
      guest: { name: UUID, uuid: UUID, state: 'waits' },
    });
    expect(error).not.toHaveProperty('guest.domid');
    expect(await failure(holdDomain(receiving, { uuid: UUID, domid: 7 }))).toHaveProperty('guest.domid', 7);
    await using _held = await holdDomain(host, { uuid: UUID });
    expect(await requireDecided(receiving, { uuid: UUID }, transfer.id)).toBe(transfer);
    expect(await requireDecided(host, { uuid: UUID }, undefined)).toBeUndefined();
  });

  it('is of one domain alone', async () => {
    await using host = await createSimulatedHost();
    const [one, other] = [await sampleDomain(host), await sampleDomain(host, { name: 'web2' })];
    await using hold = await holdDomain(host, one);
    await pauseDomain(host, other);
    await expect(unpauseDomain(host, other, { hold })).rejects.toMatchObject({
      code: 'DOMAIN_ACTION_FAILED',
    });
  });
});
