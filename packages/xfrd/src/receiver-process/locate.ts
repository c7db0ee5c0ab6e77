import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What node is started with, and all that it may read. */
export interface ReceiverFile {
  readonly file: string;
  readonly folder: string;
}

/**
 * From sources it is main.ts beside this file, which imports from the whole checkout; in a bundle, where all modules
 * have become one .js file, it is the bundle xfrd-receiver.js beside that.
 */
export function locateReceiver(moduleUrl: string = import.meta.url): ReceiverFile {
  const isSource = new URL(moduleUrl).pathname.endsWith('.ts');
  const file = fileURLToPath(new URL(isSource ? './main.ts' : './xfrd-receiver.js', moduleUrl));
  return { file, folder: isSource ? fileURLToPath(new URL('../../../../', moduleUrl)) : dirname(file) };
}
