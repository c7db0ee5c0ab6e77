// Real Prometheus, from Debian's package: it reads what is shown, and answers each query of the dashboard.
import { expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, untilListening } from '@vm-tools/cli/testing';
import { result, startXfrd, testOnHost, until, type TestHost } from '@vm-tools/xen-sim/testing';
import { startPrometheus, unpackPrometheus } from '../src/testing/prometheus.ts';

const ETC = join(import.meta.dirname, '../etc');

const found = await unpackPrometheus();
const bin = 'bin' in found ? found.bin : '';
if ('why' in found) console.warn(`skipped: ${found.why}`);

interface Query {
  readonly title: string;
  readonly query: string;
}

/** All queries of the dashboard, with what Grafana would put into them. */
async function readQueries(): Promise<readonly Query[]> {
  const { panels } = JSON.parse(await readFile(join(ETC, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll('$host', '.*').replaceAll('$__rate_interval', '1m'),
    })),
  );
}

/** Our lines for prometheus.yml, with other ports, and looks that come sooner. */
async function configure(host: TestHost, ports: Readonly<Record<string, number>>): Promise<string> {
  let yml = await readFile(join(ETC, 'prometheus.yml'), 'utf8');
  for (const [usual, port] of Object.entries(ports)) {
    expect(yml).toContain(`'127.0.0.1:${usual}'`);
    yml = yml.replace(`'127.0.0.1:${usual}'`, `'127.0.0.1:${port}'`);
  }
  const file = join(host.folder, 'prometheus.yml');
  await writeFile(file, yml.replaceAll('15s', '1s'));
  return file;
}

/** One with a disk and a network device, that has been saved while it went on. */
async function addGuest(host: TestHost): Promise<void> {
  await result(host, 'vm-create polite.cfg name=web1');
  await writeFile(join(host.folder, 'data.img'), Buffer.alloc(1 << 20));
  await result(host, `vm-attach web1 disk ${join(host.folder, 'data.img')} raw xvdb w --wait`);
  await result(host, 'vm-attach web1 network bridge=xenbr0 --wait');
  await result(host, 'vm-save web1 -o web1.img --checkpoint');
}

if (bin === '') {
  test.skip(`Prometheus [skipped: ${'why' in found ? found.why : ''}]`, () => undefined);
} else {
  testOnHost('promtool has nothing to say about the names and what they mean', async (host) => {
    await addGuest(host);
    await host.run('vm-metrics -o xen.prom');
    const { code, stdout, stderr } = await host.exec(`${bin}/promtool check metrics < xen.prom`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    const wrong = await host.exec(`echo 'a_total{' | ${bin}/promtool check metrics`);
    expect(wrong.code).not.toBe(0);
  });

  testOnHost('each query of the dashboard is answered, and none is empty', async (host) => {
    await addGuest(host);
    const [xen, xfrd] = [await freePort(), await freePort()];
    await using _ = await startXfrd(host, `--metrics http://127.0.0.1:${xfrd}`);
    const daemon = host.spawn(`exec vm-metrics --listen http://127.0.0.1:${xen}`);
    await untilListening(daemon);
    const config = await configure(host, { 9803: xen, 9802: xfrd });
    await using prometheus = await startPrometheus(bin, { config, folder: join(host.folder, 'data') });
    const queries = await readQueries();
    expect(queries.length).toBeGreaterThan(15);
    for (const { title, query } of queries) {
      const answer = await until(async () => {
        const { status, error, data } = await prometheus.ask(query);
        if (status !== 'success') throw new Error(`${title}: ${query}: ${error}`);
        return data !== undefined && data.result.length > 0 && data; // a rate takes two looks
      }, `${title}: ${query}`);
      expect(answer.result).not.toEqual([]);
    }
    await daemon.kill('SIGTERM');
    await daemon.exited;
  });
}
