import { expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { untilListening } from '@vm-tools/cli/testing';
import type { DomainFigures, HostFigures } from '@vm-tools/libdomain';
import { addForeignDomain, failure, result, testOnHost } from '@vm-tools/xen-sim/testing';
import { describeHost, toldDomains } from './describe-host.ts';

const samplesOf = (said: string): string[] =>
  said.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

testOnHost('tells of the host, of each domain, and of its last copy', async (host) => {
  const { domid, uuid } = await result(host, 'vm-create polite.cfg name=web1');
  await addForeignDomain(host, 'a "b"\n\u001b[2J');
  const before = samplesOf(await host.run('vm-metrics'));
  expect(before).toEqual(
    expect.arrayContaining([
      'xen_host_cpus 4',
      'xen_host_memory_bytes 8589934592',
      'xen_host_domains_untold 0',
      `xen_domain_info{domain="web1",uuid="${uuid}",domid="${domid}",state="blocked"} 1`,
      'xen_domain_vcpus{domain="web1"} 1',
      'xen_domain_networks{domain="web1"} 0',
      'xen_domain_memory_target_bytes{domain="web1"} 4194304',
      'xen_domain_vcpus{domain="a \\"b\\"\\\\u000a\\\\u001b[2J"} 0',
    ]),
  );
  const isSave = (line: string): boolean => line.includes('last_save');
  expect(before.filter(isSave)).toEqual([]);
  const begun = Math.floor(Date.now() / 1000);
  await result(host, 'vm-save web1 -o web1.img --checkpoint');
  const [saved = ''] = samplesOf(await host.run('vm-metrics')).filter(isSave);
  const [, at] = /^xen_domain_last_save_timestamp_seconds\{domain="web1"\} (\d+)$/.exec(saved) ?? [];
  expect(Number(at)).toBeGreaterThanOrEqual(begun);
});

testOnHost('of more domains than are wanted the sums alone', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  const lines = samplesOf(await host.run('vm-metrics --max-domains 1'));
  expect(lines).toContain('xen_host_domains_untold 1');
  expect(lines).toContain('xen_host_domains{state="blocked"} 1');
  expect(lines.filter((line) => line.includes('web1'))).toEqual([]);
});

testOnHost('a domain without a name takes no place among those that are told of', async (host) => {
  await addForeignDomain(host, '');
  await result(host, 'vm-create polite.cfg name=web1');
  const lines = samplesOf(await host.run('vm-metrics --max-domains 2'));
  expect(lines).toContain('xen_domain_memory_target_bytes{domain="web1"} 4194304');
  expect(lines).toContain('xen_host_domains_untold 1');
});

testOnHost('writes a file that others may read', async (host) => {
  expect(await result(host, 'vm-metrics -o xen.prom')).toEqual({ file: 'xen.prom' });
  expect((await stat(join(host.folder, 'xen.prom'))).mode & 0o777).toBe(0o644);
  expect(await host.run('cat xen.prom')).toMatch(/^# HELP xen_host_cpus .*\n# TYPE xen_host_cpus gauge\n/);
});

testOnHost('stays and answers on a socket, until it is told to end', async (host) => {
  await result(host, 'vm-create polite.cfg name=web1');
  const daemon = host.spawn('exec vm-metrics --listen on');
  await untilListening(daemon);
  const socketPath = join(host.simulated.root, 'run/vm-tools/vm-metrics.sock');
  const asked = async (): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    request({ socketPath, path: '/metrics' }, (answer) => void text(answer).then(resolve, reject))
      .on('error', reject)
      .end();
    return promise;
  };
  const together = await Promise.all([asked(), asked(), asked()]);
  for (const said of together) expect(said).toContain('xen_domain_vcpus{domain="web1"} 1');
  await result(host, 'vm-destroy web1');
  expect(await asked()).not.toContain('web1');
  await daemon.kill('SIGTERM');
  expect(await daemon.exited).toBe(0);
});

testOnHost('an address that others could reach is refused', async (host) => {
  expect(await failure(host, 'vm-metrics --listen http://0.0.0.0:9803')).toMatchObject({
    status: 2,
    error: { code: 'XFR_METRICS_ADDRESS' },
  });
});

test('of two domains with one name, and of one without, there are no two samples with the same labels', () => {
  const domain: DomainFigures = {
    ...{ domid: 1, uuid: 'u', name: 'web1', state: 'running', vcpus: 1, cpuSeconds: 1, memoryKib: 1 },
    ...{ maxMemoryKib: 1, memoryPercent: 0, networks: 0, networkReceivedBytes: 0, networkSentBytes: 0 },
    ...{ disks: 0, diskReads: 0, diskWrites: 0, diskReadSectors: 0, diskWrittenSectors: 0, rates: undefined },
  };
  const figures: HostFigures = {
    ...{ atMs: 0, cpus: 1, cpuKhz: 1, memoryKib: 1, freeKib: 1 },
    domains: [
      domain,
      { ...domain, domid: 2 },
      { ...domain, domid: 3, name: '' },
      { ...domain, domid: 4, name: 'a\n' },
      { ...domain, domid: 5, name: 'a\\u000a' }, // shown as the one before
    ],
  };
  const told = toldDomains(figures.domains, 9);
  const said = describeHost(figures, told, { targets: new Map(), saves: new Map() });
  const keys = samplesOf(said).map((line) => line.replace(/ \S+$/, ''));
  expect(new Set(keys).size).toBe(keys.length);
  expect(said).toContain('\nxen_host_domains_untold 3\n');
});
