import type { FeatureWord } from '../cpu/feature-words.ts';
import type { CallbackPrototypes } from '../prototypes/callbacks.ts';
import type { Libraries, Prototypes } from '../prototypes/index.ts';
import type { Layouts } from './structs.ts';

/**
 * All that differs between versions of Xen: libxenctrl and libxenguest promise no stable ABI between them. The names
 * are the same for all, because the calls are written once; what stands behind them is free. A version is a file
 * beside this one, and most of it is its predecessor's, spread, with the lines that have changed.
 */
export interface VersionSupport {
  readonly libraries: Libraries;
  readonly layouts: Layouts;
  readonly prototypes: Prototypes;
  readonly callbacks: CallbackPrototypes;
  /** what its header knows of a processor's features */
  readonly cpuFeatures: readonly FeatureWord[];
  readonly quirks: Quirks;
}

/** Versions of Xen by "major.minor". */
export type Versions = Readonly<Record<string, VersionSupport>>;

/** How a version behaves where not all behave alike: what code asks is named here, and no code asks for a number. */
export interface Quirks {
  /**
   * The place where a guest's use of altp2m is chosen: by its HVM param, or at its creation, after which Xen refuses
   * the param.
   */
  readonly altp2m: 'param' | 'creation';
}

/** @param version "4.17" */
export function librariesOf(version: string): Libraries {
  return {
    xenctrl: `libxenctrl.so.${version}`,
    xenguest: `libxenguest.so.${version}`,
    libc: 'libc.so.6',
  };
}
