import { showStep, showWork, type Invocation } from '@vm-tools/cli';
import {
  createDomain,
  placeKernelError,
  type Domain,
  type DomainConfig,
  type PlacedConfig,
} from '@vm-tools/libdomain';
import type { CreateInput } from './options.ts';

/**
 * Makes the domain of a configuration as the command line says.
 *
 * @throws VmToolsError with its place in the configuration, where it has one
 */
export async function makeDomain(
  { input, messages, signal, openHost }: Invocation<CreateInput>,
  { config, places }: { readonly config: DomainConfig } & Pick<PlacedConfig, 'places'>,
): Promise<Domain> {
  using work = showWork(messages);
  try {
    return await createDomain(await openHost(), config, {
      paused: input.paused === true,
      waitMs: input.wait,
      signal,
      onStep: showStep(messages, work),
    });
  } catch (thrown) {
    throw placeKernelError(thrown, places);
  }
}
