import { createMessages, showWork } from '@vm-tools/cli';
import { join } from 'node:path';
import { makeBundle } from './make-bundle.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, '.cache/bundle');
const startedAt = performance.now();
const messages = createMessages({ program: 'bundle', stream: process.stderr });
using work = showWork(messages);
work.begin('bundling the executables');
const { executables, files, bytes } = await makeBundle({ root, folder });
work.end('bundling the executables');
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.error(
  `bundle: ${executables.length} executables in ${folder} (${files} files, ${Math.round(bytes / 1024)} KiB, ${seconds} s)`,
);
