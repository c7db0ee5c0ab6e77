import {
  ensureMonitor,
  forEachDomain,
  pathOf,
  relayConsole,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { planCreate, type Domain } from '@vm-tools/libdomain';
import { describePlan } from './describe-plan.ts';
import { createFromImage } from './image/create-from-image.ts';
import {
  configOfOptions,
  readGuestConfig,
  type GuestConfig,
  type GuestConfigOptions,
} from './image/guest-config.ts';
import { makeDomain } from './make-domain.ts';
import type { CreateInput } from './options.ts';
import { restartFailed } from './restart-failed.ts';
import type { CreateResult, FilesFromImage } from './result.ts';
import { requireNoImageOptions, settingsOf, wordsOf } from './words.ts';

export async function create(invocation: Invocation<CreateInput>): Promise<Outcome<OneOrList<CreateResult>>> {
  const { input } = invocation;
  const { fromPending, image, dryRun: isReport = false } = input;
  if (image !== undefined) {
    const read = (): GuestConfig =>
      configOfOptions({ ...input, image }, readOptions(invocation, settingsOf(input)));
    return forEachDomain(invocation, [image], async () => createOne(invocation, read()), { isReport });
  }
  requireNoImageOptions(input);
  const { files, settings } = wordsOf(input);
  const act = async (file: string): Promise<DomainOutcome<CreateResult>> =>
    fromPending
      ? restartFailed(invocation, file, settings)
      : createOne(invocation, await readGuestConfig(pathOf(file), readOptions(invocation, settings)));
  return forEachDomain(invocation, files, act, { atOnce: 1, isReport });
}

function readOptions(
  { messages, root, signal }: Invocation<CreateInput>,
  overrides: readonly string[],
): GuestConfigOptions {
  return { root, overrides, signal, onWarning: (warning) => messages.warn(warning) };
}

async function createOne(
  invocation: Invocation<CreateInput>,
  guest: GuestConfig,
): Promise<DomainOutcome<CreateResult>> {
  const { input } = invocation;
  const { config, section } = guest;
  if (section !== undefined) {
    const finishIt = (made: Domain, more: FilesFromImage) => finish(invocation, made, more);
    return createFromImage(invocation, { guest, section, finish: finishIt });
  }
  if (input.dryRun) {
    const paused = input.paused === true;
    return describePlan(config, planCreate(config, { paused }).describe());
  }
  return finish(invocation, await makeDomain(invocation, guest));
}

/** What follows once the domain is there, whatever it was made of. */
async function finish(
  invocation: Invocation<CreateInput>,
  { domid, uuid, name }: Domain,
  more: Partial<FilesFromImage> = {},
): Promise<DomainOutcome<CreateResult>> {
  const { input, signal } = invocation;
  const paused = input.paused === true;
  await ensureMonitor(invocation);
  if (!input.console)
    return {
      value: { domid, uuid, name, paused, ...more },
      text: String(domid),
      line: `${name}: domid ${domid}`,
    };

  // The domain's output up to now waits in the pty.
  const { store } = await invocation.openHost();
  const output = invocation.claimStdout('text');
  const ended = await relayConsole(store, { domid, input: process.stdin, output, signal });
  return { value: { domid, uuid, name, ended, ...more } };
}
