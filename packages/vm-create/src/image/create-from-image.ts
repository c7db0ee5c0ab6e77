import { showStep, type DomainOutcome, type Invocation } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import {
  createDomain,
  placeKernelError,
  planCreate,
  runPipeline,
  type Domain,
  type Host,
} from '@vm-tools/libdomain';
import { describePlan } from '../describe-plan.ts';
import type { CreateInput } from '../options.ts';
import type { CreatePlan, CreateResult, FilesFromImage } from '../result.ts';
import { guestFromImage, type GuestFromImage } from './from-image.ts';
import type { GuestConfig } from './guest-config.ts';
import type { ImageSection } from './section.ts';

export interface FromImageInit {
  readonly guest: GuestConfig;
  readonly section: ImageSection;
  /** what follows once the domain is there; `more` is told of it */
  readonly finish: (domain: Domain, more: FilesFromImage) => Promise<DomainOutcome<CreateResult>>;
}

/** Makes the files of a guest from an image, and the guest; when it cannot be made, its files go again. */
export async function createFromImage(
  invocation: Invocation<CreateInput>,
  { guest: read, section, finish }: FromImageInit,
): Promise<DomainOutcome<CreateResult>> {
  const { input, messages, root } = invocation;
  const guest = await guestFromImage(read, section, root);
  if (input.dryRun) return describe(guest, input.paused === true);
  const domain = await make(invocation, await invocation.openHost(), guest);
  const { disk, seed, folder } = guest.files;
  messages.note(`the files of ${domain.name} are in ${folder}; ${guest.image.path} must stay as it is`);
  return finish(domain, { disk, seed, image: guest.image.path });
}

async function make(
  { input, messages, signal }: Invocation<CreateInput>,
  host: Host,
  { plan, config, places }: GuestFromImage,
): Promise<Domain> {
  const onStep = showStep(messages);
  const files = await runPipeline(plan, host, { signal, onStep });
  try {
    return await createDomain(host, config, {
      paused: input.paused === true,
      waitMs: input.wait,
      signal,
      onStep,
    });
  } catch (thrown) {
    const leftovers = await files.undo();
    const error = placeKernelError(thrown, places);
    throw error instanceof VmToolsError ? error.with({ leftovers }) : error;
  }
}

function describe(guest: GuestFromImage, paused: boolean): DomainOutcome<CreatePlan> {
  const { config, plan, files, image, documents } = guest;
  const steps = [...plan.describe(), ...planCreate(config, { paused }).describe()];
  const { value, text = '' } = describePlan(config, steps);
  const { disk, seed } = files;
  const texts = Object.entries(documents).map(([name, content]) => `${name}:\n${content.trimEnd()}`);
  return {
    value: { ...value, disk, seed, image: image.path, documents },
    text: [text, ...texts].join('\n'),
  };
}
