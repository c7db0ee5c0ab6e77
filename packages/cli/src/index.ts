/**
 * The frame that all executables share: command line, output, exit status, signals, progress.
 *
 * @example
 * ```ts
 * await runCli<{ domain: string }>({
 *   name: 'vm-pause',
 *   summary: 'stops the virtual CPUs of a domain',
 *   arguments: [{ name: '<domain>', description: 'name, domid or UUID' }],
 *   examples: [{ command: 'vm-pause web1', effect: 'web1 stands still' }],
 *   run: async (invocation) => (await import('./run.ts')).pause(invocation),
 * });
 * ```
 *
 * @packageDocumentation
 */
export { runCli } from './run-cli.ts';
export type {
  ArgumentSpec,
  CliSpec,
  CommandSpec,
  ExampleSpec,
  Invocation,
  OptionSpec,
  Outcome,
  RunnableSpec,
} from './command/spec.ts';
export { EXIT, exitStatus } from './command/exit-codes.ts';
export { openHost } from './host/open-host.ts';
export type { OpenedHost } from './host/open-host.ts';
export { createMessages } from './output/messages.ts';
export type { Messages, MessageStream } from './output/messages.ts';
export { asVmToolsError, renderError } from './output/render-error.ts';
export {
  asBandwidth,
  asCount,
  asDowntime,
  asMemoryLimit,
  asWait,
  doubtOfBandwidth,
} from './command/values/parse-value.ts';
export { table } from './output/table.ts';
export type { Column } from './output/table.ts';
export { formatDuration, percentDone, progressLine } from './progress/progress-line.ts';
export type { ShownFigures } from './progress/progress-line.ts';
export { showProgress } from './progress/show-progress.ts';
export type { ShownEvent, ShownProgress } from './progress/show-progress.ts';
export { showWork } from './progress/show-work.ts';
export type { ShownWork } from './progress/show-work.ts';
export { showStep } from './progress/show-step.ts';
export type { ShownStep } from './progress/show-step.ts';
export { isReaderGone, outputLost } from './output/output-lost.ts';
export { writeText } from './output/write-text.ts';
export { createLog } from './output/log.ts';
export type { Log } from './output/log.ts';
export { ensureMonitor, isAnswered, monitorSocketPath } from './host/ensure-monitor.ts';
export { startInBackground } from './host/start-in-background.ts';
export type { BackgroundInit } from './host/start-in-background.ts';
export { relayConsole } from './host/relay-console.ts';
export { parseProcessors } from './command/values/parse-processors.ts';
export { versionText } from './build-info.ts';
export { ALL, namedOrAll } from './command/options/all-option.ts';
export type { AllInput } from './command/options/all-option.ts';
export { memoryKib } from './command/values/memory-kib.ts';
export { wrongUse } from './command/wrong-use.ts';
export { destinationOf } from './command/files/into-folder.ts';
export type { Destination, DestinationOptions } from './command/files/into-folder.ts';
export { forEachDomain, GUESTS_AT_ONCE } from './command/for-each-domain.ts';
export type {
  DomainOutcome,
  EachDomainOptions,
  FailedDomain,
  ListOf,
  OneOrList,
} from './command/for-each-domain.ts';
export { imageFromStdin } from './command/files/image-from-stdin.ts';
export { pathOf } from './command/values/path-of.ts';
export { filesAndSettings } from './command/files/files-and-settings.ts';
export type { FilesAndSettings } from './command/files/files-and-settings.ts';
export { BWLIMIT } from './command/options/bwlimit-option.ts';
export { FORM } from './command/options/form-option.ts';
export type { Form, FormInput } from './command/options/form-option.ts';
export { listText } from './output/list-text.ts';
export type { ListShape } from './output/list-text.ts';
export { OVERWRITE } from './command/options/overwrite-option.ts';
export { formatFields } from './output/fields.ts';
export type { Fields } from './output/fields.ts';
export { numbered } from './output/numbered.ts';
export { WAIT } from './command/options/wait-option.ts';
export type { WaitInput } from './command/options/wait-option.ts';
