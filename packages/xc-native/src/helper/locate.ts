import { fileURLToPath } from 'node:url';

/**
 * The file to start a helper with: main beside this module, from sources, which Node runs as they are, and from an
 * installed package alike. In a bundle this module is a part of another file, and xc-helper.js lies beside that.
 */
export function locateHelper(moduleUrl: string = import.meta.url): string {
  const own = /\/locate\.(ts|js)$/.exec(new URL(moduleUrl).pathname);
  return fileURLToPath(new URL(own === null ? './xc-helper.js' : `./main.${own[1]}`, moduleUrl));
}
