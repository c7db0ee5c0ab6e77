// `node tools/fuzz/src/corpus/capture.ts IMAGE > tools/fuzz/corpus/NAME.json`: keeps what has a structure of an image
// that `vm-save` or `xl save` wrote on a real host, and nothing of its guest's memory.
import { readFile } from 'node:fs/promises';
import { capture } from './captured.ts';

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('capture.ts IMAGE');
  process.exit(2);
}
process.stdout.write(capture(await readFile(path)));
