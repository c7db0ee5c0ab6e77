import koffi from 'koffi';
import { openSync } from 'node:fs';
import { encodeFlock, LOCK_TYPE } from '../struct-flock.ts';

// Takes a POSIX lock on a file, as xl does, says so, and keeps it until it is killed.
const F_SETLK = 6;
const [path = ''] = process.argv.slice(2);
const fcntl = koffi.load(null).func('fcntl', 'int', ['int', 'int', '...']) as (...args: unknown[]) => number;
const result = fcntl(openSync(path, 'w'), F_SETLK, 'void *', encodeFlock(LOCK_TYPE.write));
process.stdout.write(result === 0 ? 'held\n' : 'refused\n');
setInterval(() => undefined, 1 << 30);
