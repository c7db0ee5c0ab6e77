// The first thing that an executable imports.
import { whyNotThisNode } from '@vm-tools/errors/node-version';
import { basename } from 'node:path';

const why = whyNotThisNode();
if (why !== undefined) {
  console.error(`${basename(process.argv[1], '.js')}: ${why}`);
  process.exit(1);
}
