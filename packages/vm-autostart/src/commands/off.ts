import { forEachDomain, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { entryOf, readAutostart, removeAutostart } from '@vm-tools/libhost';
import { suggest } from '@vm-tools/words';
import type { OffInput } from '../options.ts';
import type { Starts } from '../result.ts';

export async function off(invocation: Invocation<OffInput>): Promise<Outcome<OneOrList<Starts>>> {
  const { input, root } = invocation;
  return forEachDomain(
    invocation,
    input.domain,
    async (word) => {
      const { entries } = await readAutostart(root);
      const entry = entryOf(entries, { uuid: word.toLowerCase(), name: word });
      if (entry === undefined)
        throw unknown(
          word,
          entries.map(({ name }) => name),
        );
      await removeAutostart(root, entry);
      const { uuid, name } = entry;
      const text = `${name}: does not start with this host`;
      return { value: { uuid, name, starts: false }, text, line: text };
    },
    { atOnce: 1 },
  );
}

function unknown(word: string, names: readonly string[]): VmToolsError {
  const similar = suggest(word, names);
  return new VmToolsError({
    code: 'AUTOSTART_UNKNOWN',
    kind: 'no-domain',
    message: `${word} does not start with this host`,
    hint: similar === undefined ? 'see what does: vm-autostart list' : `did you mean ${similar}?`,
    details: { wanted: word },
  });
}
