import { readFile } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startInBackground, type Invocation, type Outcome } from '@vm-tools/cli';
import { abortError, messageOf, VmToolsError } from '@vm-tools/errors';
import { formatBytes } from '@vm-tools/ratelimit';
import { alreadyRuns, makePrivateFolder, statusOfHost, type HostStatus } from '@vm-tools/xen-sim/control';
import { parseScenario } from '@vm-tools/xen-sim/guests';
import { simBase, simFolder } from '@vm-tools/xen-wire';
import type { StartInput } from '../options.ts';
import type { Ended, Started } from '../result.ts';

/** It takes a fraction of a second, or several on a machine that is busy. */
const START_LIMIT_MS = 30_000;
const PAUSE_MS = 20;

export async function start(invocation: Invocation<StartInput>): Promise<Outcome<Started | Ended>> {
  const { input } = invocation;
  // Mistakes are reported here, and not in the log of a process that the user does not see.
  const scenario = input.scenario === undefined ? undefined : await readScenario(resolve(input.scenario));
  if (input.foreground) {
    const { runHost } = await import('./run-host.ts');
    return runHost(invocation, scenario);
  }
  const status = await startDaemon(invocation);
  return { value: { ...status, host: `sim:${status.name}` }, text: describe(status) };
}

function describe({ name, totalMib, cpus, kernel }: HostStatus): string {
  return [
    `${name} runs: ${formatBytes(totalMib * 2 ** 20)}, ${cpus} CPUs`,
    `act on it with:        --host sim:${name}, or export VM_TOOLS_HOST=sim:${name}`,
    `kernel for its guests: ${kernel}`,
  ].join('\n');
}

async function readScenario(path: string): Promise<unknown> {
  try {
    const scenario: unknown = JSON.parse(await readFile(path, 'utf8'));
    parseScenario(scenario);
    return scenario;
  } catch (cause) {
    if (cause instanceof VmToolsError) throw cause.with({ details: { file: path } });
    throw new VmToolsError({
      code: 'XEN_SIM_SCENARIO',
      kind: 'usage',
      message: `cannot read the scenario ${path}: ${messageOf(cause)}`,
      hint: 'a scenario is a JSON file; check its path and what it holds',
      cause,
    });
  }
}

async function startDaemon({ input, signal }: Invocation<StartInput>): Promise<HostStatus> {
  const { name, memory, cpus, seed, xen, withoutCpuFeatures, scenario } = input;
  simFolder(name); // refuses a name that can be none
  await makePrivateFolder(simBase());
  if ((await statusOfHost(name, signal)) !== undefined) throw alreadyRuns(name);
  const logPath = join(simBase(), `${name}.log`);
  const before = await sizeOf(logPath);
  const child = await startInBackground({
    program: 'xen-sim',
    packageName: 'xen-sim-cli',
    args: [
      ...['start', name, '--foreground', '--memory', memory, '--cpus', `${cpus}`, '--seed', `${seed}`],
      ...['--xen', xen],
      ...(withoutCpuFeatures === undefined ? [] : ['--without-cpu-features', withoutCpuFeatures.join(',')]),
      ...(scenario === undefined ? [] : ['--scenario', resolve(scenario)]),
    ],
    env: { VM_TOOLS_SIM: simBase(), VM_TOOLS_HOST: undefined },
    logPath,
  });
  const late = Date.now() + START_LIMIT_MS;
  let status;
  while ((status = await statusOfHost(name)) === undefined) {
    if (child.exitCode !== null || child.signalCode !== null) throw await hasEnded(name, logPath, before);
    if (signal.aborted || Date.now() > late) {
      child.kill();
      throw signal.aborted ? abortError(signal, `starting ${name}`) : isSilent(name, logPath);
    }
    await pause();
  }
  return status;
}

async function pause(): Promise<void> {
  await new Promise((resume) => setTimeout(resume, PAUSE_MS));
}

async function sizeOf(path: string): Promise<number> {
  await using file = await open(path, 'a+', 0o640);
  return (await file.stat()).size;
}

/** Its last words are behind those of earlier runs. */
async function hasEnded(name: string, logPath: string, from: number): Promise<VmToolsError> {
  const words = (await readFile(logPath)).subarray(from).toString();
  const said = /^xen-sim: (?<message>.*?)(?: \[(?<code>\w+)\])?$/m.exec(words)?.groups ?? {};
  return new VmToolsError({
    code: said['code'] ?? 'XEN_SIM_START',
    message: `${name} did not start: ${said['message'] ?? 'it ended at once'}`,
    hint: `see ${logPath}`,
  });
}

function isSilent(name: string, logPath: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_SIM_START',
    kind: 'timeout',
    message: `${name} did not start within ${START_LIMIT_MS / 1000} s`,
    hint: `see ${logPath}`,
  });
}
