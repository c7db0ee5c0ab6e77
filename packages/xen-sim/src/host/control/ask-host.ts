import { VmToolsError, type VmToolsErrorInit } from '@vm-tools/errors';
import { decodeError, isErrorBody, type ErrorBody } from '@vm-tools/ipc';
import { connectTo, readLine, writeLine } from '@vm-tools/ipc/sockets';
import { z } from 'zod';
import { hostAbsent, isAbsence, requireOwnFolder, simBase, simFolder, simPaths } from '@vm-tools/xen-wire';
import type { ControlAnswers, ControlRequest } from './control-messages.ts';

const answerSchema = z.union([
  z.object({ error: z.custom<ErrorBody>(isErrorBody) }),
  z.object({ value: z.unknown() }),
]);
/** Longer than a list of very many faults. */
const LONGEST_ANSWER_BYTES = 16 << 20;
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
  const silent = (what: string, cause?: unknown): VmToolsErrorInit => ({
    code: 'XEN_SIM_SILENT',
    message: `the simulated host ${name} ${what}`,
    hint: `see its log, in ${simFolder(name)}`,
    cause,
  });
  const limits = { limitMs, late: silent('does not answer'), signal };
  const socket = await connectTo(simPaths(simFolder(name)).control, limits, (cause) =>
    isAbsence(cause) ? hostAbsent(name, cause) : new VmToolsError(silent('cannot be reached', cause)),
  );
  try {
    await writeLine(socket, request, limitMs);
    const line = await readLine(socket, {
      ...limits,
      longestBytes: LONGEST_ANSWER_BYTES,
      broken: (what) => new VmToolsError(silent(`makes no sense: ${what}`)),
    });
    const answer = answerSchema.parse(JSON.parse(line?.toString() ?? ''));
    if ('error' in answer) throw decodeError(answer.error);
    return answer.value as ControlAnswers[Ask]; // of the shape that the host's own code gives it
  } catch (thrown) {
    if (thrown instanceof VmToolsError) throw thrown;
    throw new VmToolsError(silent('ended before it had answered', thrown));
  } finally {
    socket.destroy();
  }
}
