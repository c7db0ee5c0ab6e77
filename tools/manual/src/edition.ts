import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Edition } from './mdoc/page.ts';
import { ROOT } from './root.ts';

/** Of a version that has not been released: a manual that is made twice is the same. */
const UNRELEASED = '2026-01-01';

/** The version of this checkout, and the day of its release as CHANGELOG.md has it. */
export async function readEdition(): Promise<Edition> {
  const changes = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  return editionOf(changes);
}

/** By the newest heading of a list of changes: "## 0.1.0, not released yet", "## 0.2.0, 2026-03-01". */
export function editionOf(changes: string): Edition {
  const [, version = '', rest = ''] = /^## (\d+\.\d+\.\d+)(.*)$/m.exec(changes) ?? [];
  const [day] = /\d{4}-\d\d-\d\d/.exec(rest) ?? [UNRELEASED];
  const date = new Date(day).toLocaleDateString('en-US', {
    ...({ year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' } as const),
  });
  return { version, date };
}
