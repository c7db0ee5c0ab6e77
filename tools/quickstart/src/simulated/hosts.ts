import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { simBase, simFolder, simPaths } from '@vm-tools/xen-wire';
import type { Prompt, StageHost } from '../stage.ts';
import { runTool } from './run-tool.ts';
import { waitForText } from './wait-for-text.ts';
import { stopXfrd } from './xfrd.ts';

/** The folder of the disks that both hosts share. */
export const diskFolder = (): string => join(simBase(), 'quick-disks');

/** Not a and b, which the user may have already. */
const NAMES = ['quick-a', 'quick-b'] as const;

export interface PlayedHost extends StageHost {
  /** for --host */
  readonly spec: string;
  /** The folder that the tools see as `/`. */
  readonly root: string;
  /** for its guests */
  readonly kernel: string;
  waitForConsole(guest: string, pattern: RegExp): Promise<RegExpExecArray>;
}

/** The two hosts of the play, whether they run or not. */
export function playedHosts(signal: AbortSignal): [a: PlayedHost, b: PlayedHost] {
  const [a, b] = NAMES;
  return [playedHost(a, signal), playedHost(b, signal)];
}

function playedHost(name: string, signal: AbortSignal): PlayedHost {
  const spec = `sim:${name}`;
  const { root, kernel, folder } = simPaths(simFolder(name));
  const consoleLog = (guest: string): string => join(root, `var/log/xen/console/guest-${guest}.log`);
  return {
    name,
    spec,
    root,
    kernel,
    logs: `${folder}.log`,
    line: (command) => `$ ${command} --host ${spec}`,
    type: (command) => runTool(`${command} --host ${spec}`, { signal }),
    readConsole: (guest) => readFile(consoleLog(guest), 'utf8'),
    waitForConsole: (guest, pattern) => waitForText(consoleLog(guest), pattern, signal),
  };
}

/** The prompt for xen-sim: it needs no host. */
export function shell(signal: AbortSignal): Prompt {
  return {
    logs: simBase(),
    line: (command) => `$ ${command}`,
    type: (command) => runTool(command, { signal }),
  };
}

/** Ends the hosts of the last run and what runs for them; nothing of them stays but their logs. */
export async function stopHosts(): Promise<void> {
  await Promise.all(
    NAMES.map(async (name) => {
      const { folder, root } = simPaths(simFolder(name));
      if (!existsSync(folder)) return;
      await stopXfrd(root);
      // One that is there and does not run has crashed, and the next start removes what it left.
      await runTool(`xen-sim stop ${name}`, { isQuiet: true });
    }),
  );
  await rm(diskFolder(), { recursive: true, force: true });
}
