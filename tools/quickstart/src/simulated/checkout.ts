import { join } from 'node:path';

/** The folder of the sources. */
export const checkout = join(import.meta.dirname, '../../../..');
