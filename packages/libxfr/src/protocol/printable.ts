/**
 * Text of somebody else that ends on a terminal, where control characters would be commands, and invisible ones would
 * show something else than what is there.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
