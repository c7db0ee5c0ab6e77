import { existsSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Loaded into a tool with --import, this ends it, as by kill -9, when it writes a state to a journal: "before" the line
 * is in the file, or "after" it is on the disk and before anything else is done. Or it says in one file that it is
 * there, and stands still, all of it, until there is another one: meanwhile anything can be done to it and to others.
 */
const [when, state] = (process.env['AT_LINE'] ?? '').split(' ');
const [stopped, go = ''] = (process.env['AT_LINE_STOP'] ?? '').split(' ').filter(Boolean);
const line = `"state":"${state}"`;

interface Handle {
  appendFile: (this: Handle, bytes: Buffer) => Promise<void>;
  datasync: (this: Handle) => Promise<void>;
}

const handle = await open('/dev/null');
const methods = Object.getPrototypeOf(handle) as Handle;
await handle.close();
const { appendFile, datasync } = methods;
const written = new WeakSet<Handle>();
const never = new Int32Array(new SharedArrayBuffer(4));

function strike(): void {
  if (stopped === undefined) process.kill(process.pid, 'SIGKILL');
  else writeFileSync(stopped, '');
  while (!existsSync(go)) Atomics.wait(never, 0, 0, 20);
}

methods.appendFile = async function (this: Handle, bytes) {
  const isMeant = bytes.includes(line);
  if (isMeant && when === 'before') strike();
  await appendFile.call(this, bytes);
  if (isMeant && when === 'after') written.add(this);
};

methods.datasync = async function (this: Handle) {
  await datasync.call(this);
  if (written.delete(this)) strike();
};
