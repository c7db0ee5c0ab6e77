import type { LabHost } from '../host/lab-host.ts';

const PORT = 8009;
const EXCHANGES = 100;

/** Answers each datagram with the time. */
const TELLER = `
  require('node:net').createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('data', () => socket.write(String(performance.timeOrigin + performance.now()) + ' '));
    socket.on('end', () => process.exit());
  }).listen(${PORT}, () => console.log('ready'));`;

/** Asks again and again. In the exchange that took the shortest the answer came from the middle of it, nearly. */
const ASKER = (address: string): string => `
  const now = () => performance.timeOrigin + performance.now();
  const socket = require('node:net').connect(${PORT}, '${address}');
  socket.setNoDelay(true);
  let left = ${EXCHANGES}, asked, best = { took: Infinity };
  const ask = () => { asked = now(); socket.write('?'); };
  socket.on('connect', ask);
  socket.on('data', (told) => {
    const heard = now();
    if (heard - asked < best.took) best = { took: heard - asked, ms: Number(told) - (asked + heard) / 2 };
    if (left--) ask(); else { console.log(JSON.stringify(best)); socket.end(); }
  });`;

/** How far the clock of `other` is ahead of that of `host`, in ms; a dom0's clock is that which Xen shows its guests. */
export async function clockOffsetMs(host: LabHost, other: LabHost): Promise<number> {
  const teller = other.spawn(['node', '-e', TELLER]);
  try {
    await new Promise((resolve) => teller.stdout.once('data', resolve));
    const told = await host.run(['node', '-e', ASKER(other.name)]);
    return (JSON.parse(told) as { ms: number }).ms;
  } finally {
    await teller.kill('SIGKILL').catch(() => undefined); // it may have ended already
  }
}
