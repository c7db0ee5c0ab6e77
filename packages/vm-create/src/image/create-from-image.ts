import { showStep, showWork, type DomainOutcome, type Invocation } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { planCreate, runPipeline, type Completed, type Domain } from '@vm-tools/libdomain';
import type { ImageSection } from '@vm-tools/libdomain/image';
import { describePlan } from '../describe-plan.ts';
import { makeDomain } from '../make-domain.ts';
import type { CreateInput } from '../options.ts';
import type { CreatePlan, CreateResult, FilesFromImage } from '../result.ts';
import { guestFromImage, type GuestFromImage } from './from-image.ts';
import type { GuestConfig } from './guest-config.ts';

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
  const domain = await make(invocation, guest);
  const { disk, seed, folder } = guest.files;
  messages.note(`the files of ${domain.name} are in ${folder}; ${guest.image.path} must stay as it is`);
  return finish(domain, { disk, seed, image: guest.image.path });
}

async function make(invocation: Invocation<CreateInput>, guest: GuestFromImage): Promise<Domain> {
  const files = await makeFiles(invocation, guest);
  try {
    return await makeDomain(invocation, guest);
  } catch (thrown) {
    const leftovers = await files.undo();
    throw thrown instanceof VmToolsError ? thrown.with({ leftovers }) : thrown;
  }
}

async function makeFiles(
  { messages, signal, openHost }: Invocation<CreateInput>,
  { plan }: GuestFromImage,
): Promise<Completed<unknown>> {
  using work = showWork(messages);
  return await runPipeline(plan, await openHost(), { signal, onStep: showStep(messages, work) });
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
