import type {
  BootloaderEnd,
  BootloaderRun,
  DeviceCounters,
  FileFacts,
  LoopDevice,
  ProgramFacts,
  QemuProcess,
  QemuStart,
  ScriptEnd,
  ScriptRun,
} from '@vm-tools/dom0';
import {
  anything,
  boolean,
  dictionary,
  integer,
  list,
  maybe,
  nothing,
  object,
  oneOf,
  text,
  tuple,
  variant,
  type Shape,
} from '../protocol/shape.ts';

// The arguments and the result of each call of the interface `Dom0`: both sides check what the other one sends.

const natural = integer(0);
const environment = dictionary(text);

const fileFacts: Shape<FileFacts> = variant('is', {
  block: object({ major: natural, minor: natural, bytes: natural }),
  file: object({ device: text, inode: text, bytes: natural }),
  other: object({}),
  absent: object({}),
});
const programFacts: Shape<ProgramFacts> = oneOf(['runnable', 'not-executable', 'absent']);
const deviceCounters: Shape<DeviceCounters> = object({
  networks: list(object({ domid: natural, id: natural, receivedBytes: natural, sentBytes: natural })),
  disks: list(
    object({
      domid: natural,
      id: natural,
      reads: natural,
      writes: natural,
      readSectors: natural,
      writtenSectors: natural,
    }),
  ),
});
const scriptRun: Shape<ScriptRun> = object({
  path: text,
  args: list(text),
  env: environment,
});
const scriptEnd: Shape<ScriptEnd> = object({ status: natural, lastWords: text });
const bootloaderRun: Shape<BootloaderRun> = object({
  program: text,
  args: list(text),
  folder: text,
  output: text,
  logPath: text,
});
const bootloaderEnd: Shape<BootloaderEnd> = object({
  status: natural,
  lastWords: text,
  output: text,
});
const qemuStart: Shape<QemuStart> = object({
  domid: natural,
  program: text,
  args: list(text),
  env: environment,
  logPath: text,
});
const qemuProcess: Shape<QemuProcess> = object({ pid: natural, domid: natural });

const loopDevice: Shape<LoopDevice> = object({
  path: text,
  file: text,
  sequence: text,
  isPlain: boolean,
  isInUse: boolean,
});

export const DOM0_CALLS = {
  lookAt: { args: tuple(text), result: fileFacts },
  lookAtProgram: { args: tuple(text), result: programFacts },
  hasBridge: { args: tuple(text), result: boolean },
  deviceCounters: { args: tuple(), result: deviceCounters },
  runScript: { args: tuple(scriptRun), result: scriptEnd },
  runBootloader: { args: tuple(bootloaderRun), result: bootloaderEnd },
  flush: { args: tuple(text), result: nothing },
  lookAtLoop: { args: tuple(text), result: maybe(loopDevice) },
  listLoops: { args: tuple(), result: list(loopDevice) },
  detachLoop: { args: tuple(object({ path: text, sequence: text })), result: nothing },
  startQemu: { args: tuple(qemuStart), result: object({ pid: natural }) },
  isQemu: { args: tuple(qemuProcess), result: boolean },
  listQemus: { args: tuple(), result: list(qemuProcess) },
  endQemu: { args: tuple(qemuProcess, oneOf(['orderly', 'at-once'])), result: nothing },
  qmp: {
    args: tuple(text, text, dictionary(anything)),
    result: anything,
  },
} as const;

export type Dom0CallName = keyof typeof DOM0_CALLS;

export const DOM0_CALL_NAMES = Object.keys(DOM0_CALLS) as Dom0CallName[];
