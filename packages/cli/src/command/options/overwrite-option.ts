import type { OptionSpec } from '../spec.ts';

/** `--overwrite` of a tool that writes a file; it comes as `overwrite`. */
export const OVERWRITE: OptionSpec = {
  flags: '--overwrite',
  description: 'replace the file if it exists, once the new one is complete',
};
