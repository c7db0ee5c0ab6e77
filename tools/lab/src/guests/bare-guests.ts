import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChildStrictly } from '../local/child.ts';
import { layout } from '../local/layout.ts';

const compile = [
  ...['-m32', '-march=i686', '-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror', '-c'],
  ...['-ffreestanding', '-fno-pic', '-fno-pie', '-fno-stack-protector', '-fno-asynchronous-unwind-tables'],
  ...['-fcf-protection=none', '-mgeneral-regs-only'],
];

/** The sources of one of the two guests alone; they share all other sources. */
const own: Readonly<Record<string, readonly string[]>> = {
  polite: ['polite.c', 'store.c'],
  rude: ['rude.c'],
};

/** Compiles `polite` and `rude`, guests that run without an operating system, into a folder. */
export async function buildBareGuests(folder: string, signal?: AbortSignal): Promise<void> {
  const sources = join(layout.guestSources, 'bare');
  const names = (await readdir(sources)).filter((name) => /\.[cS]$/.test(name)).sort();
  const object = (name: string): string => join(folder, `${name}.o`);
  for (const name of names) {
    await runChildStrictly('gcc', [...compile, '-o', object(name), join(sources, name)], { signal });
  }
  const link = ['-m', 'elf_i386', '-nostdlib', '-static', '--build-id=none', '-z', 'noexecstack'];
  for (const [guest, parts] of Object.entries(own)) {
    const foreign = Object.entries(own).flatMap(([other, theirs]) => (other === guest ? [] : theirs));
    const objects = names.filter((name) => parts.includes(name) || !foreign.includes(name)).map(object);
    const script = ['--no-warn-rwx-segments', '-T', join(sources, 'guest.lds')];
    await runChildStrictly('ld', [...link, ...script, '-o', join(folder, guest), ...objects], { signal });
  }
}
