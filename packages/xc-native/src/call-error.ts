import { VmToolsError } from '@vm-tools/errors';
import type { FailureKind, VmToolsErrorInit } from '@vm-tools/errors';
import { errnoName } from './errno.ts';

/** The facts about a failed call of libxc. */
export interface CallFailure {
  readonly call: string;
  readonly domid?: number | undefined;
  /** 0 when libxc left none: it often fails without */
  readonly errno: number;
  /** strerror(errno) */
  readonly errnoText: string;
  /** what libxc logged during the call, "level: text" */
  readonly log: readonly string[];
  /** xc_error.code: libxc's own classification, finer than errno where it sets it */
  readonly xcError?: number | undefined;
}

/** enum xc_error_code (xenctrl.h) */
const XC_INVALID_KERNEL = 2;
const XC_OUT_OF_MEMORY = 4;

/** Calls that fail because of the file that they are given. */
const FILE_CALLS: ReadonlySet<string> = new Set(['xc_dom_kernel_file', 'xc_dom_module_file']);

/**
 * The error for a failed call. Its sentence gives libxc's first error line where there is one, because that is
 * nearest to the cause, and errno's text otherwise.
 */
export function callError(failure: CallFailure): VmToolsError {
  const { call, domid, errno, log } = failure;
  const name = errnoName(errno);
  return new VmToolsError({
    ...classify(name, failure),
    message: `${call}: ${libxcSentence(failure) ?? errnoSentence(failure, name)}`,
    log,
    details: {
      call,
      ...(name === undefined ? {} : { errno, errnoName: name }),
      ...(domid === undefined ? {} : { domid }),
    },
  });
}

function classify(
  name: string | undefined,
  { call, xcError }: CallFailure,
): Pick<VmToolsErrorInit, 'code' | 'hint'> & { kind: FailureKind } {
  if (xcError === XC_INVALID_KERNEL) {
    return {
      code: 'XEN_KERNEL_INVALID',
      kind: 'usage',
      hint: 'give a kernel that Xen can start as this type of domain: pv needs Xen ELF notes, pvh the note PHYS32_ENTRY',
    };
  }
  if (xcError === XC_OUT_OF_MEMORY || name === 'ENOMEM') {
    return {
      code: 'XEN_NO_MEMORY',
      kind: 'resource',
      hint: 'give the domain less memory, or free some: `xl info` shows free_memory in MiB',
    };
  }
  if (FILE_CALLS.has(call)) {
    return { code: 'XEN_FILE_UNREADABLE', kind: 'usage', hint: 'check the path of kernel and ramdisk' };
  }
  if (name === 'ESRCH')
    return { code: 'XEN_NO_DOMAIN', kind: 'no-domain', hint: 'list the domains with vm-list' };
  return { code: 'XEN_CALL_FAILED', kind: 'failure', hint: 'see what Xen says about it: `xl dmesg`' };
}

function errnoSentence({ errnoText }: CallFailure, name: string | undefined): string {
  return name === undefined ? 'failed, and libxc gave no cause' : `${errnoText} (${name})`;
}

/**
 * libxc's first error line, without what says nothing: its domain builder speaks of panic where nothing panics and
 * gives its own source line, repeats the name of the call, and ends everything that it has no word for with
 * "Internal error". The log has the lines as they were.
 */
function libxcSentence({ call, log }: CallFailure): string | undefined {
  const line = log.find((entry) => /^(error|critical): /.test(entry));
  return line
    ?.replace(/^\w+: (panic: \S+:\d+: )?/, '')
    .replace(`${call}: `, '')
    .replace(/: Internal error$/, '')
    .trim();
}
