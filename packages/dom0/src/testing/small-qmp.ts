import { createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';

/** Answers QMP as a qemu without disks does, with an event before each answer. */
export function smallQmp(): Server {
  let isRunning = true;
  const answers: Readonly<Record<string, () => unknown>> = {
    qmp_capabilities: () => ({}),
    'query-status': () => ({ running: isRunning, status: isRunning ? 'running' : 'paused' }),
    stop: () => {
      isRunning = false;
      return {};
    },
    cont: () => {
      isRunning = true;
      return {};
    },
    'query-block': () => [],
  };
  return createServer((socket) => {
    const say = (message: unknown): void => void socket.write(`${JSON.stringify(message)}\r\n`);
    socket.on('error', () => undefined);
    say({ QMP: { version: { qemu: { major: 7, minor: 2, micro: 0 } }, capabilities: [] } });
    createInterface({ input: socket }).on('line', (line) => {
      const { execute, id } = JSON.parse(line) as { execute: string; id: string };
      say({ event: 'RTC_CHANGE', data: { offset: 0 } });
      const answer = answers[execute];
      const desc = `The command ${execute} has not been found`;
      say(
        answer === undefined ? { id, error: { class: 'CommandNotFound', desc } } : { id, return: answer() },
      );
    });
  });
}
