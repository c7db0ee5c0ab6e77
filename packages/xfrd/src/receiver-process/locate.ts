import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file that node is started with, and all files that it may read. */
export interface ReceiverFile {
  readonly file: string;
  readonly folder: string;
}

/**
 * From sources, and in an installed package, it is main beside this module: it imports from the whole checkout, or from
 * the node_modules that the package lies in. In a bundle this module is a part of another file, and xfrd-receiver.js
 * lies beside that.
 */
export function locateReceiver(moduleUrl: string = import.meta.url): ReceiverFile {
  const own = /\/locate\.(ts|js)$/.exec(new URL(moduleUrl).pathname);
  const file = fileURLToPath(new URL(own === null ? './xfrd-receiver.js' : `./main.${own[1]}`, moduleUrl));
  return { file, folder: own === null ? dirname(file) : fileURLToPath(new URL('../../../../', moduleUrl)) };
}
