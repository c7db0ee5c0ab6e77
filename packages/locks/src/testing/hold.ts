import { holderNow } from '../holder.ts';
import { tryLock } from '../file-lock.ts';

// Takes a lock, says so, and keeps it until it is killed.
const [path = ''] = process.argv.slice(2);
const held = await tryLock(path, { holder: holderNow('vm-save') });
process.stdout.write(held === undefined ? 'refused\n' : 'held\n');
setInterval(() => undefined, 1 << 30);
