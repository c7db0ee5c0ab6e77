import { argument } from '../mdoc/escape.ts';
import { section, sentences, tagList } from '../mdoc/lines.ts';

interface ToldFile {
  readonly path: string;
  readonly about: string;
  /** the tools whose users may look for it */
  readonly of: readonly string[];
}

const FILES: readonly ToldFile[] = [
  {
    path: '/etc/vm-tools/xfrd.toml',
    about: 'The configuration; it need not be there.',
    of: ['xfrd'],
  },
  {
    path: '/etc/vm-tools/identity.key',
    about:
      'The key by which other hosts know this one; `xfrd init` makes it. Its certificate is in identity.crt beside it.',
    of: ['xfrd', 'vm-migrate', 'vm-host'],
  },
  {
    path: '/etc/vm-tools/peers/NAME.json',
    about: 'A host that this one trusts, and what it may do; `xfrd trust` writes it.',
    of: ['xfrd', 'vm-migrate', 'vm-host', 'vm-autostart'],
  },
  {
    path: '/etc/vm-tools/places.json',
    about: 'Which kernels, disks, bridges and the like of this host any guest from elsewhere may use.',
    of: ['xfrd', 'vm-migrate', 'vm-restore'],
  },
  {
    path: '/var/lib/vm-tools/transfers',
    about: 'The journals of transfers.',
    of: ['xfrd', 'vm-migrate', 'vm-doctor'],
  },
  {
    path: '/var/lib/vm-tools/autostart',
    about: 'Which guests start with this host, and what is kept of each.',
    of: ['vm-autostart', 'vm-host'],
  },
  {
    path: '/var/lib/vm-tools/saved',
    about: 'Images of guests that were saved with the host, until these are back.',
    of: ['vm-host'],
  },
  {
    path: '/var/log/vm-tools/monitor.log',
    about: 'What it has done, where another tool has started it.',
    of: ['vm-monitor'],
  },
];

/** The files that a user of this tool may look for. */
export function filesSection(tool: string): string[] {
  const items = FILES.filter(({ of }) => of.includes(tool)).map(({ path, about }) => ({
    term: `Pa ${argument(path)}`,
    lines: sentences(about),
  }));
  return section('FILES', tagList(items));
}
