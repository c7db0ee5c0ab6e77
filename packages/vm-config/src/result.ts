import type { Warning } from './report.ts';

/** A configuration in another format. */
export interface Converted {
  readonly from: 'json' | 'xl';
  readonly to: 'json' | 'xl' | 'libxl';
  /** of the file that this would be */
  readonly text: string;
  readonly warnings: readonly Warning[];
}
