import { open } from 'node:fs/promises';

/**
 * Loaded into a tool with --import, this kills it, as by kill -9, when it writes a state to a journal: "before" the
 * line is in the file, or "after" it is on the disk and before anything else is done.
 */
const [when, state] = (process.env['DIE_AT'] ?? '').split(' ');
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

methods.appendFile = async function (this: Handle, bytes) {
  const isMeant = bytes.includes(line);
  if (isMeant && when === 'before') process.kill(process.pid, 'SIGKILL');
  await appendFile.call(this, bytes);
  if (isMeant) written.add(this);
};

methods.datasync = async function (this: Handle) {
  await datasync.call(this);
  if (written.has(this)) process.kill(process.pid, 'SIGKILL');
};
