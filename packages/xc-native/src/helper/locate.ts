import { fileURLToPath } from 'node:url';

/**
 * The file to start a helper with. From sources it is main.ts beside this file, which Node runs as it is; in a
 * bundle, where all modules have become one .js file, it is the bundle xc-helper.js beside that.
 */
export function locateHelper(moduleUrl: string = import.meta.url): string {
  const file = new URL(moduleUrl).pathname.endsWith('.ts') ? './main.ts' : './xc-helper.js';
  return fileURLToPath(new URL(file, moduleUrl));
}
