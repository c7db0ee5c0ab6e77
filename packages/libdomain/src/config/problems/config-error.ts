import { VmToolsError } from '@vm-tools/errors';

/** A place in a configuration: lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The mistakes of a configuration; every one is of kind `usage`. */
export type ConfigErrorCode =
  | 'CONFIG_SYNTAX' // the text is neither JSON nor xl.cfg
  | 'CONFIG_UNKNOWN_KEY' // neither these tools nor xl know this key: a typo
  | 'CONFIG_UNSUPPORTED' // xl knows it, these tools do not yet
  | 'CONFIG_INVALID' // a value of the wrong type or out of range, or two that contradict each other
  | 'CONFIG_UNREADABLE' // the file itself
  | 'CONFIG_NOT_IN_XL'; // a value for which xl.cfg has no words

/** The hint where no better one is known. */
export const CONFIG_HINTS: Readonly<Record<ConfigErrorCode, string>> = {
  CONFIG_SYNTAX: 'a configuration is JSON, or lines of the form key = value as xl reads them',
  CONFIG_UNKNOWN_KEY: 'correct the key, or leave it out',
  CONFIG_UNSUPPORTED: 'leave it out, or try xl for this domain',
  CONFIG_INVALID: 'correct the value at this place',
  CONFIG_UNREADABLE: 'check the path, the owner and the mode of the file',
  CONFIG_NOT_IN_XL: 'change the value, or keep this configuration in JSON',
};

/** `file:line:column`, as compilers write it. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** An error at a place of a configuration; its message begins with `file:line:column: ` as compilers do. */
export function configError(
  code: ConfigErrorCode,
  position: Position,
  message: string,
  more: { readonly key?: string | undefined; readonly hint?: string | undefined } = {},
): VmToolsError {
  const { file, line, column } = position;
  return new VmToolsError({
    code,
    kind: 'usage',
    message: `${formatPosition(position)}: ${message}`,
    hint: more.hint ?? CONFIG_HINTS[code],
    details: { file, line, column, key: more.key },
  });
}
