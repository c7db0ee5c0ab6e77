import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import {
  forEachDomain,
  pathOf,
  wrongUse,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { keptConfig, readConfigFile, resolveDomain, type Host } from '@vm-tools/libdomain';
import {
  DEFAULT_ORDER,
  entryOf,
  isEnding,
  orderOf,
  readAutostart,
  writeAutostart,
  type AutostartEntry,
} from '@vm-tools/libhost';
import type { OnInput } from '../options.ts';
import type { Starts } from '../result.ts';

type Found = Pick<AutostartEntry, 'uuid' | 'name' | 'from'>;

export async function on(invocation: Invocation<OnInput>): Promise<Outcome<OneOrList<Starts>>> {
  const { input, messages, root, signal } = invocation;
  const { order, delay: delayMs, atShutdown } = input;
  // The address of a peer is read when it is called: it may be made known later.
  if (atShutdown !== undefined && !isEnding(atShutdown))
    throw wrongUse(`--at-shutdown cannot be ${JSON.stringify(atShutdown)}`, 'save, shutdown, or move:PEER');
  const host = await invocation.openHost();
  const after = input.after?.split(',').map((name) => name.trim());
  const add = async (word: string): Promise<DomainOutcome<Starts>> => {
    const found = (await fromFile(word, signal)) ?? (await fromDomain(host, word));
    const { entries } = await readAutostart(root);
    const before = entryOf(entries, found);
    const entry: AutostartEntry = {
      ...found,
      uuid: 'file' in found.from ? (before?.uuid ?? found.uuid) : found.uuid,
      order: order ?? before?.order ?? DEFAULT_ORDER,
      delayMs: delayMs ?? before?.delayMs ?? 0,
      after: after ?? before?.after ?? [],
      atShutdown: atShutdown ?? before?.atShutdown ?? 'save',
    };
    const others = entries.filter((each) => each !== before);
    const { circle } = orderOf([...others, entry]);
    if (circle.includes(entry.name)) throw inCircle(circle);
    for (const name of entry.after)
      if (!others.some((each) => each.name === name))
        messages.warn(`${name} does not start with this host, so ${entry.name} does not wait for it`);
    await writeAutostart(root, entry);
    const { uuid, name } = entry;
    const text = `${name}: starts with this host`;
    return { value: { uuid, name, starts: true }, text, line: text };
  };
  return forEachDomain(invocation, input.domain, add, { atOnce: 1 });
}

/** The configuration in a file; undefined for what is no path. It is read now, so that faults are not found at the start. */
async function fromFile(word: string, signal: AbortSignal): Promise<Found | undefined> {
  if (!word.includes('/') && !(await isFile(word))) return undefined;
  const file = pathOf(word);
  const { uuid = randomUUID(), name } = await readConfigFile(file, { signal });
  return { uuid, name, from: { file } };
}

function isFile(word: string): Promise<boolean> {
  return stat(pathOf(word)).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function fromDomain(host: Host, word: string): Promise<Found> {
  const domain = await resolveDomain(host, word);
  const { uuid, name } = domain;
  return { uuid, name, from: await keptConfig(host, domain) };
}

function inCircle(circle: readonly string[]): VmToolsError {
  return new VmToolsError({
    code: 'AUTOSTART_CIRCLE',
    kind: 'usage',
    message: `${circle.join(', ')} would wait for each other`,
    hint: 'leave one of them out of --after',
    details: { circle },
  });
}
