/**
 * Domains of a Xen host: their configuration, the steps that make them, and the actions on them.
 *
 * @example
 * ```ts
 * const config = parseConfig(await readFile('web1.cfg', 'utf8'), 'web1.cfg');
 * for (const { name, about } of planCreate(config).describe()) console.log(name, about);
 * const domain = await createDomain(host, config, { onStep: console.log });
 * await shutdownDomain(host, domain, { mode: 'poweroff', wait: true });
 * await destroyDomain(host, domain);
 * ```
 *
 * @packageDocumentation
 */
export type { Host } from './host.ts';
export { closeHost, reopenHost, whyClosed } from './closed.ts';
export * from './hold/index.ts';
export type { Domain, DomainIdentity, DomainState, DomainType } from './domain.ts';
export * from './config/index.ts';
export * from './cpu/index.ts';
export * from './cpupools/index.ts';
export { parseDisk, parseNetwork } from './config/devices/parse-device.ts';
export { nameFault } from './config/keys/name-fault.ts';
export {
  expectedOfImage,
  fromLibxlJson,
  readImageDomain,
  toLibxlJson,
  type FromLibxlJsonOptions,
  type ImageDomain,
} from './image-config/index.ts';

export {
  attachDevice,
  type AttachedDevice,
  type AttachOptions,
  type WantedDevice,
} from './actions/devices/attach-device.ts';
export { changeDisc } from './actions/devices/change-disc.ts';
export {
  detachDevice,
  type DetachedDevice,
  type DetachOptions,
  type DeviceSelector,
} from './actions/devices/detach-device.ts';
export { createDomain, planCreate, type CreateOptions } from './actions/create-domain.ts';
export { destroyDomain, type DestroyOptions } from './actions/destroy-domain.ts';
export { createKept, keptConfig, type CreateKeptOptions, type KeptConfig } from './actions/kept-config.ts';
export {
  domainInfo,
  type DeviceDetails,
  type DomainDetails,
  type SchedulerDetails,
  type VcpuDetails,
} from './actions/look/domain-info.ts';
export { hostInfo, type HostDetails } from './actions/look/host-info.ts';
export {
  DOMAIN_EVENT_TYPES,
  type ChangedDomain,
  type DomainChange,
  type DomainEvent,
  type DomainEventType,
  type EventDevice,
  type EventDeviceStates,
  type GuestRequest,
} from './events/domain-event.ts';
export { watchDomains, type WatchDomainsOptions } from './events/watch-domains.ts';
export { readLogEnd } from './files/log-end.ts';
export { consoleLogPath } from './paths.ts';
export { memoryTargets } from './figures/memory-targets.ts';
export { lastSaves, noteSave } from './figures/saves-log.ts';
export { figuresReader, type FiguresReader } from './figures/figures-reader.ts';
export type { DomainFigures, DomainRates, HostFigures } from './figures/figures.ts';
export { pressDebugKeys, readXenLog, type XenLogOptions } from './actions/look/xen-log.ts';
export { pressSysrq, type SysrqOptions } from './actions/press-sysrq.ts';
export { triggerDomain, type TriggerOptions } from './actions/trigger-domain.ts';
export { setDomain, type SetOptions } from './actions/set-domain.ts';
export type { DomainSettings, Pin } from './settings/settings.ts';
export { listDomains, listGuests } from './actions/look/list-domains.ts';
export { startedAt } from './actions/look/started-at.ts';
export { pauseDomain } from './actions/pause-domain.ts';
export type { RemoveOptions } from './removal/remove-domain.ts';
export { resolveDomain } from './actions/look/resolve-domain.ts';
export { findRemains } from './removal/find-remains.ts';
export { listLostLoops, removeLostLoop, type LostLoop } from './devices/disks/lost-loops.ts';
export { listRemains, removeRemains, type Remains } from './removal/list-remains.ts';
export { unpauseDomain, type UnpauseOptions } from './actions/unpause-domain.ts';
export { shutdownDomain, type ShutdownOptions, type ShutdownOutcome } from './actions/shutdown-domain.ts';
export { freeKib, memoryNeed, type MemoryNeed } from './memory.ts';

export { resumeGuest } from './guest/suspend/resume.ts';
export { suspendGuest, type SuspendOptions } from './guest/suspend/suspend.ts';

export { findPending, readPending, removePending, type PendingRestart } from './pending/pending-restarts.ts';
export { requireRestartable } from './policy/require-restartable.ts';
export { restartDomain, type RestartOptions } from './policy/restart.ts';
export { monitorDomains, type MonitorOptions } from './policy/monitor-domains.ts';
export type { MonitorEvent } from './policy/monitor-event.ts';

export { pipeline, type Pipeline, type StepDescription } from './step/pipeline.ts';
export { decodeOrigin, encodeOrigin } from './places/index.ts';
export type { Origin, RulesOfPeer, SomePlaceRules } from './places/index.ts';
export { bestEffort } from './step/best-effort.ts';
export { runPipeline, type Completed, type RunOptions } from './step/run.ts';
export type { Step, StepEvent, StepIo, StepState } from './step/step.ts';

export { checkSavable, type LiveMode } from './transfer/source/check-savable.ts';
export type {
  Check,
  FoundSource,
  FoundTarget,
  GuestFinder,
  Journalled,
  Offer,
  RestoreControl,
  SaveControl,
  SaveProgress,
  SaveReport,
  SentBytes,
  Source,
  Target,
} from '@vm-tools/ports';
export {
  DEFAULT_BUDGET,
  type JudgedRound,
  type PrecopyBudget,
  type RateLimits,
} from './transfer/budget/judge-round.ts';
export {
  defaultPrecopyPolicy,
  type PrecopyPolicy,
  type RoundStats,
} from './transfer/source/precopy-policy.ts';
export { guestFinder } from './transfer/recovery/guest-finder.ts';
export { coreSource, type CoreOptions } from './transfer/source/core-source.ts';
export { domainSource, type DomainSource, type SourceOptions } from './transfer/source/source.ts';
export { planMove, type MoveStep } from './transfer/plan-move.ts';
export { startRestored } from './transfer/target/start-restored.ts';
export type { CheckedImage } from './transfer/target/checked-image.ts';
export { domainTarget, type DomainTarget, type TargetOptions } from './transfer/target/target.ts';
export { describeInterrupted, incomingTransfer } from './transfer/interrupted.ts';
export { listFetched, type FetchedFolder } from './boot/list-fetched.ts';
export { isOurs } from './guest/is-ours.ts';
export { listUnfinished } from './guest/unfinished.ts';
export { recoverGuest } from './guest/recover-guest.ts';
export { XENBUS_STATES } from './devices/backend/xenbus.ts';
export { withSuccessor } from './guest/successor/with-successor.ts';
