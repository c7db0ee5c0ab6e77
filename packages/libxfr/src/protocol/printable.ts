/**
 * Foreign text made safe for a terminal, where control characters would be commands, and invisible ones would hide what
 * is there.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
