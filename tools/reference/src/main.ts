import { join } from 'node:path';
import { readReference } from './reference.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, '.cache/reference');
const { names, undocumented, write } = await readReference(root);
await write(folder);
console.error(`reference: ${names} names in ${folder}`);
if (undocumented.length > 0) {
  console.error(`without a comment:\n${undocumented.join('\n')}`);
  process.exitCode = 1;
}
