import { VmToolsError } from '@vm-tools/errors';
import type { OptionSpec } from '../spec.ts';

/** `--all` of a tool that can do the same to every domain of the host. */
export const ALL: OptionSpec = {
  flags: '-a, --all',
  description: 'every domain of this host but dom0; the result is a list',
};

/** The input of a tool that has it, whose argument is `[domain...]`. */
export interface AllInput {
  readonly domain?: readonly string[];
  readonly all?: boolean;
}

/**
 * The domains that the command line means: those that it names, or with --all those of the host, by their domids.
 *
 * @param list the domains of the host
 * @throws VmToolsError USAGE when it names none, or some beside --all
 */
export async function namedOrAll(
  { domain = [], all = false }: AllInput,
  program: string,
  list: () => Promise<readonly { readonly domid: number }[]>,
): Promise<readonly string[]> {
  if (all === domain.length > 0) {
    throw new VmToolsError({
      code: 'USAGE',
      kind: 'usage',
      message: all ? 'domains are named beside --all' : "missing required argument 'domain'",
      hint: all ? 'name the domains, or give --all alone' : `name a domain, or give --all: ${program} --help`,
    });
  }
  return all ? (await list()).map(({ domid }) => String(domid)) : domain;
}
