import type { ConfigErrorCode } from '../problems/config-error.ts';

/** The reason why a device that is written in one line will not do; its reader knows where it stands. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly code: ConfigErrorCode;
  readonly hint: string | undefined;

  /**
   * @param why as xl says it
   * @param near the part that it is about
   */
  constructor(why: string, near?: string, hint?: string, code: ConfigErrorCode = 'CONFIG_INVALID') {
    super(near === undefined ? why : `${why}: ${JSON.stringify(near.slice(0, 64))}`);
    this.hint = hint;
    this.code = code;
  }
}
