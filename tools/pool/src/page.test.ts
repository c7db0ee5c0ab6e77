import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runChild } from '@vm-tools/lab';
import { unpackPacemaker } from './unpack.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = await readFile(join(ROOT, 'docs/pool.md'), 'utf8');
const AGENT = await readFile(join(ROOT, 'packages/pool-agent/ocf/domain'), 'utf8');

type Pairs = Readonly<Record<string, string>>;

/** What a command says of a resource: its sections by their names, "op start" and so on for actions. */
function sectionsOf(command: string, first: string): Readonly<Record<string, Pairs>> {
  const sections: Record<string, Record<string, string>> = {};
  let section = first;
  const words = command.replaceAll('\\\n', ' ').split(/\s+/);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const [, name, value] = /^(\w[\w-]*)=(.+)$/.exec(word) ?? [];
    if (name !== undefined && value !== undefined) (sections[section] ??= {})[name] = value;
    else if (word === 'op') section = `op ${words[(at += 1)]}`;
    else if (word !== '') section = word;
  }
  return sections;
}

const commandOf = (start: string): string =>
  new RegExp(`^${start}((?:.*\\\\\\n)*.*)$`, 'm').exec(PAGE)?.[1] ?? '';

const CRM = sectionsOf(commandOf('crm configure primitive web1 ocf:vm-tools:domain'), 'params');
const PROPERTIES = sectionsOf(commandOf('crm configure property'), 'property');

test('the commands of crmsh and pcs say the same', () => {
  const { utilization, ...others } = CRM;
  expect(sectionsOf(commandOf('pcs resource create web1 ocf:vm-tools:domain'), 'params')).toEqual(others);
  expect(sectionsOf(commandOf('pcs resource utilization web1'), 'utilization')).toEqual({ utilization });
  expect(sectionsOf(commandOf('pcs property set'), 'property')).toEqual(PROPERTIES);
  expect(Object.keys(CRM)).toHaveLength(8);
  expect(Object.keys(PROPERTIES['property'] ?? {})).toContain('placement-strategy');
});

test('they name parameters of the agent, and give each action the time that it asks for', () => {
  for (const name of Object.keys(CRM['params'] ?? {})) expect(AGENT).toContain(`<parameter name="${name}"`);
  const seconds = (text = ''): number => Number(text.replace(/s$/, ''));
  for (const action of ['start', 'stop', 'monitor', 'migrate_to', 'migrate_from']) {
    const [, asked] = new RegExp(`<action name="${action}" timeout="(\\d+)s"`).exec(AGENT) ?? [];
    expect([action, seconds(CRM[`op ${action}`]?.['timeout'])]).toEqual([action, expect.any(Number)]);
    expect(seconds(CRM[`op ${action}`]?.['timeout'])).toBeGreaterThanOrEqual(seconds(asked));
  }
});

/** Of a download, where Pacemaker has not been unpacked before. */
const LIMIT_MS = 600_000;

const hasApt = existsSync('/usr/bin/apt-get');
const reason = hasApt ? '' : ' [skipped: without apt-get there is no Pacemaker to ask]';

(hasApt ? test : test.skip)(
  `Pacemaker takes what they say, and places guests by their memory${reason}`,
  async () => {
    const packages = await unpackPacemaker(join(ROOT, '.cache/pool'), () => undefined);
    const folder = await mkdtemp(join(tmpdir(), 'pool-page-'));
    try {
      const file = join(folder, 'cib.xml');
      await writeFile(file, cibOf(['web1', 'web2'], 6000));
      const env = {
        LD_LIBRARY_PATH: ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib']
          .map((each) => join(packages, each))
          .join(':'),
        PCMK_schema_directory: join(packages, 'usr/share/pacemaker'),
        CIB_shadow_dir: folder,
      };
      const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const run = async (tool: string, ...options: string[]): ReturnType<typeof runChild> =>
        runChild('env', [...words, join(packages, 'usr/sbin', tool), ...options]);
      expect(await run('crm_verify', '-V', '--xml-file', file)).toMatchObject({ code: 0, stderr: '' });
      const { stdout } = await run('crm_simulate', '--xml-file', file, '--simulate');
      expect(/web1\s+\(\s+(\S+)/.exec(stdout)?.[1]).toMatch(/^n[12]$/);
      const places = [...stdout.matchAll(/\* Start\s+(?:web\d)\s+\(\s+(n\d)/g)].map(([, node]) => node);
      expect(places.sort()).toEqual(['n1', 'n2']); // 4,096 MiB twice, and 6,000 MiB on each
      await writeFile(file, cibOf(['web1'], 4000));
      expect((await run('crm_simulate', '--xml-file', file, '--simulate')).stdout).not.toMatch(
        /Start\s+web1/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  LIMIT_MS,
);

/** The resource of the page under each of these names, in a pool of two. */
function cibOf(names: readonly string[], memory: number): string {
  const pairs = (id: string, given: Pairs = {}): string =>
    Object.entries(given)
      .map(([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`)
      .join('');
  const nodes = [1, 2].map(
    (id) =>
      `<node id="${id}" uname="n${id}"><utilization id="u${id}">${pairs(`u${id}`, { memory: String(memory) })}</utilization></node>`,
  );
  const states = [1, 2].map(
    (id) =>
      `<node_state id="${id}" uname="n${id}" in_ccm="true" crmd="online" join="member" expected="member"/>`,
  );
  const guests = names.map((id) => {
    const ops = Object.entries(CRM).flatMap(([section, given]) => {
      const [, name] = /^op (.*)$/.exec(section) ?? [];
      const attributes = Object.entries(given).map(([key, value]) => ` ${key}="${value}"`);
      return name === undefined ? [] : [`<op id="${id}-${name}" name="${name}"${attributes.join('')}/>`];
    });
    return `<primitive id="${id}" class="ocf" provider="vm-tools" type="domain">
<instance_attributes id="${id}-params">${pairs(`${id}-p`, CRM['params'])}</instance_attributes>
<operations>${ops.join('')}</operations>
<meta_attributes id="${id}-meta">${pairs(`${id}-m`, CRM['meta'])}</meta_attributes>
<utilization id="${id}-use">${pairs(`${id}-u`, CRM['utilization'])}</utilization></primitive>`;
  });
  const fence = '<primitive id="fence" class="stonith" type="fence_pool"/>';
  return `<cib crm_feature_set="3.0.14" validate-with="pacemaker-3.0" epoch="1" num_updates="0" admin_epoch="0" have-quorum="1">
<configuration><crm_config><cluster_property_set id="options">${pairs('o', PROPERTIES['property'])}</cluster_property_set></crm_config>
<nodes>${nodes.join('')}</nodes><resources>${fence}${guests.join('')}</resources><constraints/></configuration>
<status>${states.join('')}</status></cib>`;
}
