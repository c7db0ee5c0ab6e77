import { join } from 'node:path';

/** In front of a line of shell: its tool dies by kill -9 "before" or "after" it has written a state to a journal. */
export const DYING = (at: string): string =>
  `NODE_OPTIONS=--import=${join(import.meta.dirname, 'at-line.ts')} AT_LINE="${at}"`;
