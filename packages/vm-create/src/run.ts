import {
  ensureMonitor,
  forEachDomain,
  pathOf,
  relayConsole,
  showStep,
  type DomainOutcome,
  type Invocation,
  type Outcome,
} from '@vm-tools/cli';
import {
  createDomain,
  placeKernelError,
  planCreate,
  readPlacedConfig,
  type Domain,
} from '@vm-tools/libdomain';
import { describePlan } from './describe-plan.ts';
import { createFromImage } from './image/create-from-image.ts';
import type { CreateInput } from './options.ts';
import { restartFailed } from './restart-failed.ts';
import { requireNoImageOptions, settingsOf, wordsOf } from './words.ts';

export async function create(invocation: Invocation<CreateInput>): Promise<Outcome> {
  const { fromPending, image, dryRun: isReport = false } = invocation.input;
  if (image !== undefined) {
    const settings = settingsOf(invocation.input);
    const act = (path: string): Promise<DomainOutcome> =>
      createFromImage(invocation, {
        image: path,
        settings,
        finish: (made, more) => finish(invocation, made, more),
      });
    return forEachDomain(invocation, [image], act, { isReport });
  }
  requireNoImageOptions(invocation.input);
  const { files, settings } = wordsOf(invocation.input);
  const act = (file: string): Promise<DomainOutcome> =>
    fromPending ? restartFailed(invocation, file, settings) : createOne(invocation, file, settings);
  return forEachDomain(invocation, files, act, { atOnce: 1, isReport });
}

async function createOne(
  invocation: Invocation<CreateInput>,
  file: string,
  overrides: readonly string[],
): Promise<DomainOutcome> {
  const { input, messages, signal } = invocation;
  const { config, places } = await readPlacedConfig(pathOf(file), {
    overrides,
    onWarning: (warning) => messages.warn(warning),
    signal,
  });
  const paused = input.paused === true;
  if (input.dryRun) return describePlan(config, planCreate(config, { paused }).describe());

  const host = await invocation.openHost();
  const domain = await createDomain(host, config, {
    paused,
    waitMs: input.wait,
    signal,
    onStep: showStep(messages),
  }).catch((thrown: unknown) => {
    throw placeKernelError(thrown, places);
  });
  return finish(invocation, domain);
}

/** What follows once the domain is there, whatever it was made of. */
async function finish(
  invocation: Invocation<CreateInput>,
  { domid, uuid, name }: Domain,
  more: object = {},
): Promise<DomainOutcome> {
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
