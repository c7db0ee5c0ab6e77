import { rm } from 'node:fs/promises';
import { BOOTLOADER_OUTPUT_BYTES, type BootloaderRun } from '@vm-tools/dom0';
import type { BootFiles } from '../../boot/boot-of.ts';
import { bootloaderFailed } from '../../boot/boot-error.ts';
import { bootloaderRun } from '../../boot/bootloader-run.ts';
import { parseAnswer } from '../../boot/parse-answer.ts';
import { whyNotFetched } from '../../boot/require-fetched.ts';
import type { Step, StepIo } from '../../step/step.ts';
import { profileOf } from '../../types/index.ts';
import { requireNameFree } from '../checks/check-name-free.ts';
import type { Fetched, Wanted } from '../context.ts';

/**
 * Takes the kernel from the disk of the guest, before there is a domain. Only for a guest of the operator's own: what
 * another host or an image says is neither the name of a program here nor an argument of one.
 */
export const bootloader: Step<Wanted, Fetched> = {
  name: 'bootloader',
  about: ({ config }) =>
    `${config?.bootloader} takes the kernel from ${config?.disks[0]?.target ?? 'the first disk'}`,
  async run({ config, host, signal }) {
    const run = bootloaderRun(host, config);
    await requireNameFree(host, config); // which another step asks for again: here it saves the time that this takes
    // Left by a process that was killed; no other one holds a guest of this UUID.
    await removeFetched(run);
    try {
      return { fetched: await fetchFiles(run, { config, host, signal }) };
    } catch (thrown) {
      await removeFetched(run);
      throw thrown;
    }
  },
  undo: ({ config, host }) => removeFetched(bootloaderRun(host, config)),
  leaves: ({ config, host }) => bootloaderRun(host, config).folder,
};

/** The kernel is in the memory of the domain by now. */
export const dropFetched: Step<Wanted> = {
  name: 'drop-fetched',
  about: () => 'remove the copies of kernel and ramdisk',
  async run({ config, host }) {
    await removeFetched(bootloaderRun(host, config));
    return {};
  },
};

async function fetchFiles(
  run: BootloaderRun,
  { config, host, signal }: Pick<Wanted, 'config'> & Pick<StepIo, 'host' | 'signal'>,
): Promise<BootFiles> {
  const { status, lastWords, output } = await host.dom0.runBootloader(run, { signal });
  const failed = (why: string): Error =>
    bootloaderFailed(why, { program: run.program, disk: run.args.at(-1) ?? '', lastWords });
  if (status !== 0) throw failed(`it ended with status ${status}`);
  const read = parseAnswer(output, BOOTLOADER_OUTPUT_BYTES);
  if ('why' in read) throw failed(read.why);
  const { answer } = read;
  const why = await whyNotFetched(answer, run.folder);
  if (why !== undefined) throw failed(why);
  const most = profileOf(config).maxCmdlineBytes;
  if (Buffer.byteLength(answer.cmdline) > most)
    throw failed(
      `the command line that it gives is longer than the ${most} bytes of a ${config.type} domain`,
    );
  return answer;
}

async function removeFetched({ folder }: BootloaderRun): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
