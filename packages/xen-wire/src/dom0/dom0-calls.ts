import type {
  BootloaderEnd,
  BootloaderRun,
  DeviceCounters,
  FileFacts,
  QemuProcess,
  QemuStart,
  ScriptEnd,
  ScriptRun,
} from '@vm-tools/dom0';
import * as z from 'zod';

// The arguments and the result of each call of the interface `Dom0`: both sides check what the other one sends.

const natural = z.int().min(0);
const environment = z.record(z.string(), z.string());
const nothing = z.undefined();

const fileFacts: z.ZodType<FileFacts> = z.discriminatedUnion('is', [
  z.object({ is: z.literal('block'), major: natural, minor: natural, bytes: natural }),
  z.object({ is: z.literal('file'), device: z.string(), inode: z.string(), bytes: natural }),
  z.object({ is: z.literal('other') }),
  z.object({ is: z.literal('absent') }),
]);
const deviceCounters: z.ZodType<DeviceCounters> = z.object({
  networks: z.array(z.object({ domid: natural, id: natural, receivedBytes: natural, sentBytes: natural })),
  disks: z.array(
    z.object({
      domid: natural,
      id: natural,
      reads: natural,
      writes: natural,
      readSectors: natural,
      writtenSectors: natural,
    }),
  ),
});
const scriptRun: z.ZodType<ScriptRun> = z.object({
  path: z.string(),
  args: z.array(z.string()),
  env: environment,
});
const scriptEnd: z.ZodType<ScriptEnd> = z.object({ status: natural, lastWords: z.string() });
const bootloaderRun: z.ZodType<BootloaderRun> = z.object({
  program: z.string(),
  args: z.array(z.string()),
  folder: z.string(),
  output: z.string(),
  logPath: z.string(),
});
const bootloaderEnd: z.ZodType<BootloaderEnd> = z.object({
  status: natural,
  lastWords: z.string(),
  output: z.string(),
});
const qemuStart: z.ZodType<QemuStart> = z.object({
  domid: natural,
  program: z.string(),
  args: z.array(z.string()),
  env: environment,
  logPath: z.string(),
});
const qemuProcess: z.ZodType<QemuProcess> = z.object({ pid: natural, domid: natural });

export const DOM0_CALLS = {
  lookAt: { args: z.tuple([z.string()]), result: fileFacts },
  hasBridge: { args: z.tuple([z.string()]), result: z.boolean() },
  deviceCounters: { args: z.tuple([]), result: deviceCounters },
  runScript: { args: z.tuple([scriptRun]), result: scriptEnd },
  runBootloader: { args: z.tuple([bootloaderRun]), result: bootloaderEnd },
  flush: { args: z.tuple([z.string()]), result: nothing },
  startQemu: { args: z.tuple([qemuStart]), result: z.object({ pid: natural }) },
  isQemu: { args: z.tuple([qemuProcess]), result: z.boolean() },
  endQemu: { args: z.tuple([qemuProcess, z.enum(['orderly', 'at-once'])]), result: nothing },
  qmp: {
    args: z.tuple([z.string(), z.string(), z.record(z.string(), z.unknown())]),
    result: z.unknown(),
  },
} as const;

export type Dom0CallName = keyof typeof DOM0_CALLS;

export const DOM0_CALL_NAMES = Object.keys(DOM0_CALLS) as Dom0CallName[];
