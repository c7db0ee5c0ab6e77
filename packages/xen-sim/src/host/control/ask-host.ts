import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { VmToolsError, within } from '@vm-tools/errors';
import { z } from 'zod';
import { decodeError, isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import { hostAbsent, isAbsence, requireOwnFolder, simBase, simFolder, simPaths } from '@vm-tools/xen-wire';
import type { ControlAnswers, ControlRequest } from './control-messages.ts';

const answerSchema = z.union([
  z.object({ error: z.custom<ErrorBody>(isErrorBody) }),
  z.object({ value: z.unknown() }),
]);
/** It does no more than to look something up. */
const ANSWER_MS = 10_000;

/**
 * Asks a simulated host what only a simulated host can be asked.
 * @throws VmToolsError XEN_SIM_ABSENT, of kind no-xen; XEN_SIM_SILENT; XEN_SIM_FOLDER_UNSAFE; what the host answers with
 */
export async function askHost<Ask extends ControlRequest['ask']>(
  name: string,
  request: Extract<ControlRequest, { readonly ask: Ask }> & { readonly ask: Ask },
  {
    signal,
    limitMs = ANSWER_MS,
  }: { readonly signal?: AbortSignal | undefined; readonly limitMs?: number } = {},
): Promise<ControlAnswers[Ask]> {
  await requireOwnFolder(simBase());
  const socket = createConnection(simPaths(simFolder(name)).control);
  try {
    const hint = `see its log, in ${simFolder(name)}`;
    const late = { code: 'XEN_SIM_SILENT', message: `the simulated host ${name} does not answer`, hint };
    const asked = once(socket, 'connect').then(() => {
      socket.end(`${JSON.stringify(request)}\n`);
      return text(socket);
    });
    const answer = answerSchema.parse(JSON.parse(await within(asked, limitMs, late, signal)));
    if ('error' in answer) throw decodeError(answer.error);
    return answer.value as ControlAnswers[Ask]; // of the shape that the host's own code gives it
  } catch (thrown) {
    if (isAbsence(thrown)) throw hostAbsent(name, thrown);
    if (thrown instanceof VmToolsError) throw thrown;
    throw new VmToolsError({
      code: 'XEN_SIM_SILENT',
      message: `the simulated host ${name} ended before it had answered`,
      hint: `see its log, in ${simFolder(name)}`,
      cause: thrown,
    });
  } finally {
    socket.destroy();
  }
}
