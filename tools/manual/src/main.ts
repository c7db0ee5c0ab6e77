import { join } from 'node:path';
import { writeManual } from './write-manual.ts';

const folder = join(import.meta.dirname, '../../../.cache/manual');
const { pages, tools } = await writeManual(folder);
console.error(`manual: ${pages.length} pages, and completions of ${tools.length} tools, in ${folder}`);
