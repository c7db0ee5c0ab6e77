import type { DomainEvent } from '@vm-tools/libdomain';

/** Where events go, one after the other. */
export interface EventPlace extends Disposable {
  /**
   * Resolves when it has gone out. Until then no further event is asked for, so none waits in between.
   *
   * @throws VmToolsError OUTPUT_LOST, LOGGER_MISSING, LOGGER_FAILED
   */
  write(event: DomainEvent): Promise<void>;
  /** Fires, with the reason, when the place is lost while there is nothing to write. */
  readonly lost: AbortSignal;
}
