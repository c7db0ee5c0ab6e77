import { createServer, type Server } from 'node:net';
import { VmToolsError } from '@vm-tools/errors';
import { encodeError } from '@vm-tools/ipc';
import { answerQuestion } from '@vm-tools/ipc/sockets';
import { z } from 'zod';
import type { SimulatedHost } from '../host.ts';
import { answerControl } from './answer-control.ts';
import { controlRequestSchema, type ControlRequest } from './control-messages.ts';

const REQUEST_MS = 10_000;
const QUESTION = {
  longestBytes: 64 * 1024,
  limitMs: REQUEST_MS,
  late: { code: 'XEN_SIM_SILENT', message: `nothing was asked in ${REQUEST_MS} ms` },
  readMs: REQUEST_MS,
  broken: notUnderstood,
  failed: (thrown: unknown) => ({ error: encodeError(thrown) }),
};

/** Answers one request on each connection. */
export function createControlServer(host: SimulatedHost, onStop: () => void): Server {
  async function* answers(question: Buffer): AsyncGenerator {
    const request = parseRequest(question.toString());
    yield { value: await answerControl(host, request) };
    if (request.ask === 'stop') onStop();
  }
  return createServer({ allowHalfOpen: true }, (socket) => void answerQuestion(socket, answers, QUESTION));
}

/** @throws VmToolsError XEN_SIM_REQUEST, of kind usage */
function parseRequest(line: string): ControlRequest {
  try {
    return controlRequestSchema.parse(JSON.parse(line));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? 'invalid') : 'it is no JSON';
    throw notUnderstood(why, cause);
  }
}

function notUnderstood(why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XEN_SIM_REQUEST',
    kind: 'usage',
    message: `the simulated host does not understand the request: ${why}`,
    hint: 'use the xen-sim of the same release',
    cause,
  });
}
