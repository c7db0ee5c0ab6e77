import { VmToolsError, type FailureKind } from '@vm-tools/errors';

interface LabErrorInit {
  /** Without its prefix `LAB_`. */
  readonly code: string;
  readonly message: string;
  readonly kind?: FailureKind;
  readonly hint?: string;
  readonly cause?: unknown;
  /** The command that failed, as it could be typed. */
  readonly command?: string;
  readonly exitCode?: number;
  readonly stderr?: string;
  /** The folder with the logs that tell more. */
  readonly logs?: string | undefined;
}

const longestExcerpt = 2000;

/** A failure of the lab; the sentence carries the end of stderr and the folder with the logs, for a test's report. */
export function labError(init: LabErrorInit): VmToolsError {
  const { code, message, kind, hint, cause, ...facts } = init;
  const said = init.stderr?.trim().slice(-longestExcerpt);
  const parts = [message, ...(said ? [said] : []), ...(init.logs ? [`logs: ${init.logs}`] : [])];
  return new VmToolsError({
    code: `LAB_${code}`,
    message: parts.join('\n'),
    ...{ kind, hint, cause },
    details: facts,
  });
}
