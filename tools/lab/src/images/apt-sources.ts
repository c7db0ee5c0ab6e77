import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChildStrictly } from '../local/child.ts';

/** How the machine gets Debian's packages; an image gets them the same way, by mirror, cache or proxy. */
export interface AptAccess {
  /** One-line entries (`deb …`) that serve the suite; none: the default of mmdebstrap. */
  readonly sources: readonly string[];
  /** Lines of apt.conf. */
  readonly settings: readonly string[];
}

export async function aptAccess(suite: string): Promise<AptAccess> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.sort().map((name) => join(folder, name))];
  const contents = await Promise.all(
    files.map(async (file) =>
      /\.(list|sources)$/.test(file) ? await readFile(file, 'utf8').catch(() => '') : '',
    ),
  );
  const entries = contents.flatMap((text) => (/^Types:/m.test(text) ? fromStanzas(text) : fromLines(text)));
  const dump = await runChildStrictly('apt-config', ['dump']).catch(() => '');
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(
    await readFile('/etc/os-release', 'utf8').catch(() => ''),
  );
  return {
    sources: sourcesOf(suite, [...new Set(entries)], codename?.[1]),
    settings: dump
      .split('\n')
      .filter((line) => /^Acquire::(https?|Check-\S+|Retries)\b.* "[^"]+";$/.test(line)),
  };
}

/** Entries of a file in the format "deb822", whose blocks of `Field: value` are separated by empty lines. */
export function fromStanzas(text: string): string[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const lines = stanza.split('\n').filter((line) => !line.startsWith('#'));
    const fields = new Map<string, string>();
    for (const line of lines) {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) fields.set(name.toLowerCase(), value.trim());
    }
    const words = (name: string): string[] => fields.get(name)?.split(/\s+/).filter(Boolean) ?? [];
    if (fields.get('enabled') === 'no' || !words('types').includes('deb')) return [];
    const key = fields.get('signed-by');
    const options = key?.startsWith('/') ? ` [signed-by=${key}]` : '';
    return words('uris').flatMap((uri) =>
      words('suites').map((suite) => `deb${options} ${uri} ${suite} ${words('components').join(' ')}`),
    );
  });
}

function fromLines(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('deb '));
}

/**
 * The entries that serve a suite. A machine of another release gets it from where it gets its own: a mirror has all.
 * @param own the suite of the machine itself
 */
export function sourcesOf(suite: string, entries: readonly string[], own: string | undefined): string[] {
  const serving = entries.filter((entry) => serves(entry, suite));
  if (serving.length > 0 || own === undefined) return serving;
  return entries.filter((entry) => serves(entry, own)).map((entry) => entry.replace(` ${own}`, ` ${suite}`));
}

/** Whether a one-line entry is of Debian itself and has packages of the suite. */
export function serves(entry: string, suite: string): boolean {
  const [, served, components] = /^deb (?:\[[^\]]*\] )?\S+ (\S+) (.*)$/.exec(entry) ?? [];
  if (served === undefined || components === undefined) return false;
  return (
    [suite, `${suite}-updates`, `${suite}-security`].includes(served) &&
    components.split(/\s+/).includes('main')
  );
}
