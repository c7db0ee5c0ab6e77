import type { Tool } from '../description/tool.ts';
import type { Reference } from '../mdoc/page.ts';

/** Tools that a user of one of them may want next, whatever their words say. */
const FAMILIES: readonly (readonly string[])[] = [
  ['vm-create', 'vm-destroy', 'vm-shutdown', 'vm-reboot'],
  ['vm-list', 'vm-info', 'vm-top', 'vm-metrics', 'vm-events'],
  ['vm-attach', 'vm-detach', 'vm-set'],
  ['vm-pause', 'vm-unpause'],
  ['vm-save', 'vm-restore', 'vm-image'],
  ['vm-migrate', 'xfrd', 'vm-host'],
  ['vm-host', 'vm-autostart', 'vm-cpupool'],
  ['vm-console', 'vm-trigger', 'vm-dmesg', 'vm-dump'],
  ['vm-doctor', 'vm-monitor', 'xfrd'],
  ['xen-sim', 'vm-create'],
];

/** The pages of the files that tools read. */
const FILES: Readonly<Record<string, Reference>> = {
  'vm-create': { name: 'vm-tools.cfg', section: 5 },
  'vm-config': { name: 'vm-tools.cfg', section: 5 },
  'vm-autostart': { name: 'vm-tools.cfg', section: 5 },
  xfrd: { name: 'xfrd.toml', section: 5 },
};

/** The pages to which that of a tool points: those that it names, those of its family, and the file that it reads. */
export function neighboursOf(tool: Tool, tools: readonly Tool[]): readonly Reference[] {
  const family = new Set(FAMILIES.filter((names) => names.includes(tool.name)).flat());
  const file = FILES[tool.name];
  return [
    ...tools.filter(({ name }) => name !== tool.name && (family.has(name) || isNamed(name, tool))),
    ...(file === undefined ? [] : [file]),
  ];
}

/** Whether a tool speaks of another one. */
function isNamed(name: string, { own, commands }: Tool): boolean {
  return new RegExp(`(?<![\\w.-])${name}(?![\\w.-]*[\\w-])`).test(JSON.stringify([own, commands]));
}
