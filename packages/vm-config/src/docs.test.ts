import { expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfig } from './testing/run-config.ts';

const PAGE = join(import.meta.dirname, '../../../docs/guests.md');

/** A command of a page, and what the page says that it prints. */
interface Example {
  readonly line: string;
  readonly output: string;
}

function examplesOf(page: string): Example[] {
  return [...page.matchAll(/```console\n([^]*?)```/g)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const end = example.indexOf('\n') + 1;
        return { line: example.slice(0, end - 1), output: example.slice(end) };
      }),
  );
}

/** What a line prints: vm-config, perhaps a second time behind a pipe. */
async function outputOf(line: string, cwd: string): Promise<string> {
  let input = '';
  for (const command of line.split(' | ')) {
    const [program, ...words] = command.split(' ');
    expect(program).toBe('vm-config');
    const { stdout, stderr } = await runConfig(words, { cwd, input });
    input = stdout + stderr;
  }
  return input;
}

test('the examples of docs/guests.md print what the page says', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'config-'));
  try {
    const examples = examplesOf(await readFile(PAGE, 'utf8'));
    expect(examples.length).toBeGreaterThan(6);
    for (const { line, output } of examples) {
      const [, file] = /^cat (\S+)$/.exec(line) ?? [];
      if (file === undefined) expect({ line, output: await outputOf(line, cwd) }).toEqual({ line, output });
      else await writeFile(join(cwd, file), output);
    }
  } finally {
    await rm(cwd, { recursive: true });
  }
});
