import { join } from 'node:path';

/** The folder of the sources. */
export const checkout = join(import.meta.dirname, '../../..');

/** The file that node runs for one of our executables. */
export const entryOf = (program: string): string => join(checkout, 'node_modules/.bin', program);
