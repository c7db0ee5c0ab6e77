import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { runChildStrictly } from '@vm-tools/lab';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildPackages } from './build-packages.ts';
import { lintPackages } from './lint-packages.ts';
import { makeRepository } from './make-repository.ts';
import { contents, controlFiles, field, type Entry } from './testing/archive.ts';
import { describeDebian } from './testing/describe-debian.ts';
import { installFrom, makeKey } from './testing/apt.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LIMIT_MS = patient(300_000);
/** All of the units of our packages. */
const UNITS = [
  'vm-events.service',
  'vm-metrics.service',
  'vm-monitor.service',
  'vm-tools-guests.service',
  'xfrd.service',
  'xfrd.socket',
];

describeDebian('packages for Debian', () => {
  let folder: string;
  let paths: readonly string[];
  /** by the names of the packages */
  let files: Readonly<Record<string, ReadonlyMap<string, Entry>>>;
  let controls: Readonly<Record<string, ReadonlyMap<string, string>>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'packages-'));
    paths = await buildPackages({ root: ROOT, folder: join(folder, 'first'), level: 0 });
    const named = paths.map((path) => [basename(path).replace(/_.*/, ''), path] as const);
    const ofEach = async <Value>(read: (path: string) => Promise<Value>): Promise<Record<string, Value>> => {
      const all = await Promise.all(named.map(async ([name, path]) => [name, await read(path)] as const));
      return Object.fromEntries<Value>(all);
    };
    [files, controls] = await Promise.all([ofEach(contents), ofEach(controlFiles)]);
  }, LIMIT_MS);
  afterAll(() => rm(folder, { recursive: true }));

  test('all is root’s, and none but root can change it', () => {
    for (const entries of Object.values(files)) {
      for (const [path, { owner, mode, target }] of entries) {
        if (target !== undefined) continue; // the mode of a link says nothing
        expect([path, owner, mode]).toEqual([path, 'root/root', expect.stringMatching(/^.{5}-..-.$/)]);
      }
    }
    expect(files['vm-tools']?.get('/etc/vm-tools')?.mode).toBe('drwxr-xr-x');
    expect(files['vm-tools']?.get('/etc/vm-tools/peers')?.mode).toBe('drwx------');
    expect(files['vm-tools-node']?.get('/usr/lib/vm-tools/node')?.mode).toBe('-rwxr-xr-x');
  });

  test('each tool is in PATH, by a link to its launcher, with its page; the simulator is a package of its own', () => {
    for (const name of ['vm-tools', 'vm-tools-sim']) {
      const paths = [...files[name]!.keys()];
      const launchers = paths.filter((path) => path.startsWith('/usr/lib/vm-tools/bin/'));
      const links = launchers.map((path) => files[name]!.get(`/usr/bin/${basename(path)}`)?.target);
      expect(links).toEqual(launchers.map((path) => `../lib/vm-tools/bin/${basename(path)}`));
      const isOfSimulator = launchers.map((path) => basename(path) === 'xen-sim');
      expect(new Set(isOfSimulator)).toEqual(new Set([name === 'vm-tools-sim']));
      for (const tool of launchers.map((path) => basename(path))) {
        // vm itself is a script, which becomes one of the others.
        expect(files[name]!.has(`/usr/lib/vm-tools/lib/${tool}.main.js`)).toBe(tool !== 'vm');
        const pages = [1, 8].map((section) => `/usr/share/man/man${section}/${tool}.${section}.gz`);
        expect(pages.filter((path) => files[name]!.has(path))).toHaveLength(1);
        const completed = files[name]!.has(`/usr/share/bash-completion/completions/${tool}`);
        expect(completed).toBe(name === 'vm-tools');
      }
    }
    expect(files['vm-tools']!.has('/usr/bin/vm-migrate')).toBe(true);
    const own = [...files['vm-tools']!.keys()].filter((path) => /xen-sim|musl/.test(path));
    expect(own).toEqual([]);
  });

  test('the agent of a pool lies where Pacemaker looks, with its page, and as it is in the sources', async () => {
    const own = files['vm-tools-pacemaker']!;
    const agent = '/usr/lib/ocf/resource.d/vm-tools/domain';
    for (const path of [agent, '/usr/sbin/vm-pool']) expect(own.get(path)?.mode).toBe('-rwxr-xr-x');
    expect(own.has('/usr/share/man/man7/ocf_vm-tools_domain.7.gz')).toBe(true);
    expect(own.has('/usr/share/man/man8/vm-pool.8.gz')).toBe(true);
    const target = join(folder, 'agent');
    await runChildStrictly('dpkg-deb', [
      '--extract',
      paths.find((path) => /vm-tools-pacemaker_/.test(path))!,
      target,
    ]);
    const source = await readFile(join(ROOT, 'packages/pool-agent/ocf/domain'), 'utf8');
    expect(await readFile(join(target, agent), 'utf8')).toBe(source);
  });

  test('units, the user of the receiver, folders and the bounds of logs', async () => {
    const entries = [...files['vm-tools']!.keys()];
    const has = (pattern: RegExp): string[] => entries.filter((path) => pattern.test(path));
    expect(has(/\/systemd\/system\/[^/]+$/).map((path) => basename(path))).toEqual(UNITS);
    const target = join(folder, 'root');
    await runChildStrictly('dpkg-deb', ['--extract', paths.find((path) => /vm-tools_/.test(path))!, target]);
    const text = (path: string): Promise<string> => readFile(join(target, path), 'utf8');
    expect(await text('usr/lib/sysusers.d/vm-tools.conf')).toMatch(/^u _xfrd - /m);
    expect(await text('usr/lib/tmpfiles.d/vm-tools.conf')).toMatch(
      /^d \/var\/lib\/vm-tools +0700 root root -$/m,
    );
    const logs = await text('etc/logrotate.d/vm-tools');
    expect(logs).toMatch(/^\/var\/log\/vm-tools\/\*\.log$/m);
    expect(logs).toMatch(/maxsize 10M\n\s*rotate 4$/m);
    expect(await text('usr/share/doc/vm-tools/examples/xfrd.toml')).toContain('#user = "_xfrd"');
  });

  test('services end before new files come, the socket first, and the socket is not enabled', () => {
    const scripts = controls['vm-tools']!;
    const told = (script: string, action: string): string[] =>
      [
        ...(scripts.get(script) ?? '').matchAll(new RegExp(`deb-systemd-invoke ${action} '([^']+)'`, 'g')),
      ].map(([, unit = '']) => unit);
    const all = [
      'xfrd.socket',
      'xfrd.service',
      'vm-monitor.service',
      'vm-metrics.service',
      'vm-events.service',
    ];
    expect(told('preinst', 'stop')).toEqual(all);
    expect(told('postinst', 'start')).toEqual(all);
    expect(told('prerm', 'stop').sort()).toEqual([...all].sort());
    expect(scripts.get('prerm')).toMatch(/stop xfrd\.socket xfrd\.service[^]*stop 'vm-monitor/);
    expect(scripts.get('postinst')).toContain("deb-systemd-helper --quiet was-enabled 'xfrd.service'");
    expect(scripts.get('postinst')).toContain("deb-systemd-helper debian-installed 'xfrd.socket'");
    // Guests would go down with it.
    const stopping = /(stop|restart) .*vm-tools-guests/;
    for (const script of ['preinst', 'postinst', 'prerm', 'postrm'])
      expect(scripts.get(script)).not.toMatch(stopping);
    expect(scripts.get('postinst')).toContain("was-enabled 'vm-tools-guests.service'");
    expect(scripts.get('postinst')).toContain('deb-systemd-invoke start vm-tools-guests.service');
  });

  test('dpkg knows of all that the packages install, and has it purged', () => {
    const { 'vm-tools': own, ...others } = controls;
    for (const control of Object.values(others))
      expect([...control.keys()].sort()).toEqual(['control', 'md5sums']);
    expect(own!.get('conffiles')).toBe('/etc/logrotate.d/vm-tools\n');
    for (const unit of UNITS) expect(own!.get('postrm')).toContain(`deb-systemd-helper purge '${unit}'`);
  });

  test('purge leaves nothing that the tools have made, and all that belongs to guests', async () => {
    const host = join(folder, 'host');
    const made = ['etc/vm-tools/peers', 'var/cache/vm-tools', 'var/log/vm-tools', 'run/vm-tools/domains'];
    const state = ['transfers', 'autostart', 'restart', 'saved', 'kernels', 'disks', 'folders'];
    // Without the part of debhelper, which would speak to the systemd of this machine.
    const [script = ''] = controls['vm-tools']!.get('postrm')!.split('# Automatically added');
    const purge = async (): Promise<string[]> => {
      // The same script, with the folder of a test in the place of the root.
      const moved = script.replaceAll(/(?<= |=)\/(etc|var|run)\/(?=\S*vm-tools)/g, `${host}/$1/`);
      await runChildStrictly('sh', ['-c', moved, 'postrm', 'purge']);
      const left = await readdir(host, { recursive: true });
      return left.filter((path) => path.includes('vm-tools')).sort();
    };
    for (const path of [...made, ...state.map((name) => `var/lib/vm-tools/${name}`)])
      await mkdir(join(host, path), { recursive: true });
    await writeFile(join(host, 'etc/vm-tools/identity.key'), '');
    await writeFile(join(host, 'var/lib/vm-tools/image.key'), '');
    await writeFile(join(host, 'var/lib/vm-tools/disks/web1.img'), '');
    const kept = ['var/lib/vm-tools', 'var/lib/vm-tools/disks', 'var/lib/vm-tools/disks/web1.img'];
    expect(await purge()).toEqual(kept);
    await rm(join(host, 'var/lib/vm-tools/disks/web1.img'));
    expect(await purge()).toEqual([]);
    expect(await purge()).toEqual([]);
  });

  test('Node is asked for by its version, and is not in the package of the tools', () => {
    const depends = field(controls['vm-tools']!, 'Depends');
    expect(depends).toMatch(/^vm-tools-node \(>= [\d.~a-z]+\) \| nodejs \(>= 24\), /);
    expect(field(controls['vm-tools-sim']!, 'Depends')).toBe(
      `vm-tools (= ${field(controls['vm-tools']!, 'Version')})`,
    );
    expect(files['vm-tools']!.has('/usr/lib/vm-tools/node')).toBe(false);
    expect(field(controls['vm-tools-node']!, 'Description')).toMatch(/^Node 24\.\d+\.\d+, /);
  });

  test(
    'lintian has nothing to say',
    async () => {
      expect(await lintPackages(paths)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'built once more, they are the same bit for bit',
    async () => {
      const again = await buildPackages({ root: ROOT, folder: join(folder, 'second'), level: 0 });
      const sums = async (some: readonly string[]): Promise<(readonly [string, string])[]> =>
        Promise.all(some.map(async (path) => [basename(path), await digest(path)] as const));
      expect(await sums(again)).toEqual(await sums(paths));
    },
    LIMIT_MS,
  );

  test(
    'a signed repository: apt installs from it what the key vouches for, and from no changed one',
    async () => {
      await using key = await makeKey();
      const repository = join(folder, 'repository');
      await makeRepository({ packages: paths, folder: repository, ...key });
      const apt = await installFrom(repository, join(folder, 'apt'));
      expect(await apt.download('vm-tools')).toEqual(
        await digest(paths.find((path) => /vm-tools_/.test(path))!),
      );
      await apt.tamper();
      await expect(apt.update()).rejects.toThrow(/BADSIG|not valid|invalid|not signed/i);
    },
    LIMIT_MS,
  );
});

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
