/**
 * Runs a program of a bundle with what V8 has compiled of it when it ran before. Node's own cache has only what is
 * compiled before a program runs, so that each start would compile its functions again, which takes longer than most of
 * what they do.
 *
 * @packageDocumentation
 */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** A CommonJS file of a bundle. */
export interface KeptProgram {
  readonly file: string;
  /** of its contents: V8 does not compare them */
  readonly digest: string;
}

const HEAD = '(function (require, __filename, __dirname) {';

/**
 * Runs it as `require` does, once. What is kept lies beside what Node keeps, and is written when the process ends and
 * all went well; where Node keeps nothing, nothing is kept.
 *
 * @param require of a file beside it
 */
export function runKept({ file, digest }: KeptProgram, require: NodeJS.Require): void {
  const folder = getCompileCacheDir();
  if (folder === undefined) {
    require(file);
    return;
  }
  const kept = join(folder, `${basename(file)}-${digest}`);
  const cachedData = read(kept);
  const script = new Script(`${HEAD}${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    columnOffset: -HEAD.length,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once('exit', (status) => {
      if (status === 0) keep(script, kept);
    });
  }
  const run = script.runInThisContext() as (...names: [NodeJS.Require, string, string]) => void;
  run(require, file, dirname(file));
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // it runs for the first time
  }
}

/** Either all of it is there or nothing, also after a power cut. Without it the next start only takes longer. */
function keep(script: Script, path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
    const aside = `${path}.${process.pid}`;
    const fd = openSync(aside, 'wx', 0o600);
    writeSync(fd, script.createCachedData());
    fsyncSync(fd);
    closeSync(fd);
    renameSync(aside, path);
  } catch {
    // A disk that is full or may not be written to is no reason to fail.
  }
}
