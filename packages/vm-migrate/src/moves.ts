import { VmToolsError } from '@vm-tools/errors';
import type { MigrateInput } from './options.ts';

/** What the command line wants to be moved, and where to. */
export interface Moves {
  readonly domains: readonly string[];
  readonly endpoint: string;
}

/** The last word is the endpoint. @throws VmToolsError USAGE */
export function movesOf({ domain }: Pick<MigrateInput, 'domain'>): Moves {
  const [domains, endpoint] = [domain.slice(0, -1), domain.at(-1)];
  if (endpoint !== undefined && domains.length > 0) return { domains, endpoint };
  throw new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: "missing required argument 'endpoint'",
    hint: 'name the host behind the domain: vm-migrate --help',
  });
}
