import {
  ensureMonitor,
  forEachDomain,
  numbered,
  pathOf,
  relayConsole,
  showStep,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import {
  createDomain,
  placeKernelError,
  planCreate,
  readPlacedConfig,
  type DomainConfig,
} from '@vm-tools/libdomain';
import type { CreateInput } from './options.ts';
import { restartFailed } from './restart-failed.ts';
import type { CreatePlan, CreateResult } from './result.ts';
import { wordsOf } from './words.ts';

export async function create(invocation: Invocation<CreateInput>): Promise<Outcome<OneOrList<CreateResult>>> {
  const { fromPending, dryRun: isReport = false } = invocation.input;
  const { files, settings } = wordsOf(invocation.input);
  const act = (file: string): Promise<DomainOutcome<CreateResult>> =>
    fromPending ? restartFailed(invocation, file, settings) : createOne(invocation, file, settings);
  return forEachDomain(invocation, files, act, { atOnce: 1, isReport });
}

async function createOne(
  invocation: Invocation<CreateInput>,
  file: string,
  overrides: readonly string[],
): Promise<DomainOutcome<CreateResult>> {
  const { input, messages, signal } = invocation;
  const { config, places } = await readPlacedConfig(pathOf(file), {
    overrides,
    onWarning: (warning) => messages.warn(warning),
    signal,
  });
  const paused = input.paused === true;
  if (input.dryRun) return describePlan(config, paused);

  const host = await invocation.openHost();
  const { domid, uuid, name } = await createDomain(host, config, {
    paused,
    waitMs: input.wait,
    signal,
    onStep: showStep(messages),
  }).catch((thrown: unknown) => {
    throw placeKernelError(thrown, places);
  });
  await ensureMonitor(invocation);
  if (!input.console)
    return { value: { domid, uuid, name, paused }, text: String(domid), line: `${name}: domid ${domid}` };

  // The domain's output up to now waits in the pty.
  const output = invocation.claimStdout('text');
  const ended = await relayConsole(host.store, { domid, input: process.stdin, output, signal });
  return { value: { domid, uuid, name, ended } };
}

/** The steps in their order, and the configuration with all that was filled in. */
function describePlan(config: DomainConfig, paused: boolean): DomainOutcome<CreatePlan> {
  const steps = planCreate(config, { paused }).describe();
  return {
    value: { steps, config },
    text: [
      `steps to create ${config.name}:`,
      ...numbered(steps.map(({ name, about }) => `${name}: ${about}`)),
      'configuration:',
      JSON.stringify(config, null, 2),
    ].join('\n'),
  };
}
