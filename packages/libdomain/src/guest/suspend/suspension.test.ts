import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { pauseDomain } from '../../actions/pause-domain.ts';
import { unpauseDomain } from '../../actions/unpause-domain.ts';
import type { Domain } from '../../domain.ts';
import { suspendingPath } from '../../paths.ts';
import { failure } from '../../testing/failure.ts';
import { sampleDomain } from '../../testing/sample-config.ts';
import { domainSource } from '../../transfer/source/source.ts';
import { readSuspension } from './suspension.ts';

const control = { signal: new AbortController().signal, onProgress: () => undefined };

/** A guest that a save of ours has left suspended. */
async function saved(
  host: SimulatedHost,
): Promise<{ domain: Domain; source: ReturnType<typeof domainSource> }> {
  const domain = await sampleDomain(host);
  const source = domainSource({ ...host, command: 'vm-save' }, domain);
  await source.save(new PassThrough().resume(), control);
  return { domain, source };
}

/** As xl does it. */
async function xlResumes(host: SimulatedHost, { domid }: Domain): Promise<void> {
  await host.xen.domainResume(domid, { fast: true });
  await host.store.resumeDomain(domid);
  await host.clock.sleep(5); // in which it runs
}

describe('a guest that a save has left suspended', () => {
  it('has written beside it who did that, and is what was saved', async () => {
    await using host = await createSimulatedHost();
    const { domain, source } = await saved(host);
    const cpuTimeNs = (await host.xen.domainGetinfo(domain.domid))?.cpuTimeNs;
    expect(await readSuspension(host, domain.domid)).toMatchObject({
      by: { command: 'vm-save', pid: process.pid },
      cpuTimeNs,
    });
    await source.confirm();
    await source.resume();
    expect(await host.store.read(suspendingPath(domain.domid))).toBeUndefined();
  });

  it.each<[string, (host: SimulatedHost, domain: Domain) => Promise<unknown>, object]>([
    ['resumed', xlResumes, { now: 'running' }],
    [
      'resumed and paused',
      async (host, domain) => {
        await xlResumes(host, domain);
        await host.xen.domainPause(domain.domid);
      },
      { now: 'running' },
    ],
    ['destroyed', (host, { domid }) => host.xen.domainDestroy(domid), { now: 'absent' }],
    [
      'made anew',
      async (host, { domid, uuid }) => {
        await host.xen.domainDestroy(domid);
        await host.xen.domainCreate({ uuid, type: 'pvh', maxVcpus: 1 });
      },
      { now: 'running', domid: 2 },
    ],
    [
      'resumed and suspended again',
      async (host, domain) => {
        await xlResumes(host, domain);
        await host.xen.domainShutdown(domain.domid, 'suspend');
      },
      { now: 'other' },
    ],
    [
      'resumed and shut down',
      async (host, domain) => {
        await xlResumes(host, domain);
        await host.xen.domainShutdown(domain.domid, 'poweroff');
      },
      { now: 'other' },
    ],
  ])('is not that any more when another toolstack has %s it', async (_, change, details) => {
    await using host = await createSimulatedHost();
    const { domain, source } = await saved(host);
    await change(host, domain);
    expect(await failure(source.confirm())).toMatchObject({ code: 'GUEST_CHANGED', details });
  });

  it('is resumed by vm-unpause, and saved again by another save', async () => {
    await using host = await createSimulatedHost();
    const { domain } = await saved(host);
    expect(await failure(pauseDomain(host, domain))).toMatchObject({ code: 'DOMAIN_SUSPENDED' });
    await domainSource(host, domain).save(new PassThrough().resume(), control);
    await unpauseDomain(host, domain);
    expect(await host.xen.domainGetinfo(domain.domid)).toMatchObject({ isPaused: false });
    expect((await host.xen.domainGetinfo(domain.domid))?.shutdownReason).toBeUndefined();
    expect(await host.store.read(suspendingPath(domain.domid))).toBeUndefined();
  });
});

describe('a guest that another toolstack has suspended', () => {
  it('is neither saved nor resumed by us, unless that is forced', async () => {
    await using host = await createSimulatedHost();
    const domain = await sampleDomain(host);
    await host.xen.domainShutdown(domain.domid, 'suspend');
    const refusal = { code: 'DOMAIN_SUSPENDED', kind: 'usage', guest: { state: 'suspended here' } };
    const hint = 'vm-unpause --force web1 resumes it all the same';
    const source = domainSource(host, domain);
    expect(await failure(source.describe())).toMatchObject({ ...refusal, hint });
    expect(await failure(source.save(new PassThrough(), control))).toMatchObject({ ...refusal, hint });
    expect(await failure(unpauseDomain(host, domain))).toMatchObject({ ...refusal, hint });
    expect(await failure(pauseDomain(host, domain))).toMatchObject(refusal);
    await unpauseDomain(host, domain, { force: true });
    expect((await host.xen.domainGetinfo(domain.domid))?.shutdownReason).toBeUndefined();
  });
});
