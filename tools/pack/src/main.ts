import { join } from 'node:path';
import { packAll } from './pack-all.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, '.cache/pack');
const packed = await packAll({ root, folder });
const files = packed.reduce((sum, { files: { length } }) => sum + length, 0);
console.error(`pack: ${packed.length} packages in ${folder} (${files} files)`);
