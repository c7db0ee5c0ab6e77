import { messageOf } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';

/** The domain as every change takes it. */
export interface Subject {
  readonly host: Host;
  readonly domain: Pick<Domain, 'domid' | 'uuid' | 'name'>;
  readonly info: DomainInfo;
  readonly signal?: AbortSignal | undefined;
}

/** One thing that is set of a domain while it exists. */
export interface Change {
  /** e.g. "its memory" */
  readonly what: string;
  readonly apply: () => Promise<void>;
  /** As it was before. Called also when `apply` came only half way. */
  readonly takeBack: () => Promise<void>;
}

/**
 * Makes one change after the other, and looks at what has come of it. When one fails, or the look, all are taken back.
 *
 * @param onLeft told what could not be taken back, in one clause
 */
export async function applyAll<Result>(
  changes: readonly Change[],
  look: () => Promise<Result>,
  onLeft: (what: string) => void,
): Promise<Result> {
  const begun: Change[] = [];
  try {
    for (const change of changes) {
      begun.unshift(change);
      await change.apply();
    }
    return await look();
  } catch (thrown) {
    for (const { what, takeBack } of begun)
      await takeBack().catch((second: unknown) => onLeft(`${what}, changed: ${messageOf(second)}`));
    throw thrown;
  }
}
