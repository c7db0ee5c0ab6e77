import { sizeOf, sizeWords, type SizeSyntax } from '@vm-tools/words';
import { wrongUse } from '../wrong-use.ts';

const KIB = 1024;

/**
 * KiB of a size of memory that an option gives; parts of a KiB are rounded up.
 *
 * @throws VmToolsError USAGE
 */
export function memoryKib(flag: string, text: string, syntax: Pick<SizeSyntax, 'alone'> = {}): number {
  const bytes = sizeOf(text, { ...syntax, wholeBytes: KIB });
  if (bytes !== undefined && bytes > 0) return bytes / KIB;
  throw wrongUse(`${flag}: "${text}" is no size of memory`, `write it ${sizeWords(syntax)}`);
}
