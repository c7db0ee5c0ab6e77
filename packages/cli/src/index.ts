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
} from './spec.ts';
export { EXIT, exitStatus } from './exit-codes.ts';
export { openHost } from './open-host.ts';
export type { OpenedHost } from './open-host.ts';
export { createMessages } from './messages.ts';
export type { Messages, MessageStream } from './messages.ts';
export { asVmToolsError, renderError } from './render-error.ts';
export { asBandwidth, asCount, asDowntime, asWait, doubtOfBandwidth } from './parse-value.ts';
export { table } from './table.ts';
export type { Column } from './table.ts';
export { formatDuration, percentDone, progressLine } from './progress-line.ts';
export type { TransferFigures } from './progress-line.ts';
export { showProgress } from './show-progress.ts';
export type { ShownEvent, ShownProgress } from './show-progress.ts';
export { showStep } from './show-step.ts';
export type { ShownStep } from './show-step.ts';
export { createLog } from './log.ts';
export type { Log } from './log.ts';
export { ensureMonitor, isAnswered, monitorSocketPath } from './ensure-monitor.ts';
export { startInBackground } from './start-in-background.ts';
export type { BackgroundInit } from './start-in-background.ts';
export { relayConsole } from './relay-console.ts';
export { versionText } from './build-info.ts';
export { WAIT } from './wait-option.ts';
export type { WaitInput } from './wait-option.ts';
