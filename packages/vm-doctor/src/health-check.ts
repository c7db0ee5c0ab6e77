import type { OpenedHost } from '@vm-tools/cli';
import type { Journals } from '@vm-tools/libxfr/journals';

/** A host that is looked at. */
export interface Patient {
  readonly host: OpenedHost;
  readonly journals: Journals;
  /** in which images are saved */
  readonly folders: readonly string[];
}

/** Something that is not in order. */
export interface Finding {
  /** a guest or a file */
  readonly about: string;
  /** one sentence without a full stop */
  readonly message: string;
  /** what is to be done; with `fix` that is what it does */
  readonly remedy: string;
  /** Does it. Without one only the operator can. */
  readonly fix?: () => Promise<unknown>;
  /** Whether a guest may end by it. @default false */
  readonly mayEndGuest?: boolean;
}

/** One kind of trouble. A file of `checks` each, and an entry in `checks/all.ts`. */
export interface HealthCheck {
  /** Stable, lower case, words joined by hyphens. */
  readonly name: string;
  /** Looks, and changes nothing; of a domain that it looks at the lock of a dead holder may go. */
  readonly look: (patient: Patient) => Promise<readonly Finding[]>;
}
