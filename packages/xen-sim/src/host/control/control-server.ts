import { createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { VmToolsError } from '@vm-tools/errors';
import { z } from 'zod';
import { encodeError } from '@vm-tools/ipc';
import type { SimulatedHost } from '../host.ts';
import { answerControl } from './answer-control.ts';
import { controlRequestSchema, type ControlRequest } from './control-messages.ts';

const LONGEST_REQUEST_BYTES = 64 * 1024;
const REQUEST_MS = 10_000;

/** Answers one request on each connection: the client says it and ends its side. */
export function createControlServer(host: SimulatedHost, onStop: () => void): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined).setTimeout(REQUEST_MS, () => socket.destroy());
    answer(host, socket, onStop).catch(() => socket.destroy());
  });
}

async function answer(host: SimulatedHost, socket: Socket, onStop: () => void): Promise<void> {
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > LONGEST_REQUEST_BYTES) socket.destroy();
  });
  const line = await text(socket);
  try {
    const request = parseRequest(line);
    const value = await answerControl(host, request);
    socket.end(`${JSON.stringify({ value })}\n`);
    if (request.ask === 'stop') onStop();
  } catch (thrown) {
    socket.end(`${JSON.stringify({ error: encodeError(thrown) })}\n`);
  }
}

/** @throws VmToolsError XEN_SIM_REQUEST, of kind usage */
function parseRequest(line: string): ControlRequest {
  try {
    return controlRequestSchema.parse(JSON.parse(line));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? 'invalid') : 'it is no JSON';
    throw new VmToolsError({
      code: 'XEN_SIM_REQUEST',
      kind: 'usage',
      message: `the simulated host does not understand the request: ${why}`,
      hint: 'use the xen-sim of the same release',
      cause,
    });
  }
}
