import { formatFields, table, type Column } from '@vm-tools/cli';
import { XENBUS_STATES, type DeviceDetails, type DomainDetails, type VcpuDetails } from '@vm-tools/libdomain';
import { formatCpus, mib } from './fields.ts';
import type { DomainReport } from './result.ts';

/** For people: facts, then its vCPUs and its devices as tables. */
export async function describeDomain(details: DomainDetails): Promise<string> {
  const { config, scheduler, targetKib, vcpuList, devices } = details;
  const facts = formatFields([
    ['name', details.name || '-'],
    ['domid', String(details.domid)],
    ['uuid', details.uuid],
    ['type', details.type],
    ['state', details.shutdownReason ?? details.state],
    ['from', details.from],
    ['memory', `${mib(details.memoryKib)}, at most ${mib(details.maxMemoryKib)}`],
    ['asked for', targetKib === undefined ? undefined : mib(targetKib)],
    ['claimed', details.claimedKib === undefined ? undefined : mib(details.claimedKib)],
    ['vcpus', `${details.vcpus} online of ${vcpuList.length}`],
    ['cpu time', `${seconds(details.cpuTimeNs).toFixed(1)} s`],
    ['scheduler', describeScheduler(scheduler)],
    ['cpupool', details.cpupool],
    ['started', details.startedAt],
    ['vnc', details.vnc && `${details.vnc.listen}:${details.vnc.port}`],
    ['kernel', config?.kernel],
    ['ramdisk', config?.ramdisk],
    ['cmdline', config?.cmdline || undefined],
    ['on_poweroff', config?.onPoweroff],
    ['on_reboot', config?.onReboot],
    ['on_crash', config?.onCrash],
    ['no config', details.configFault],
  ]);
  const tables = [
    ...(vcpuList.length === 0 ? [] : [await table(vcpuList, VCPU_COLUMNS)]),
    ...(devices.length === 0 ? [] : [await table(devices, DEVICE_COLUMNS)]),
  ];
  return [facts, ...tables].join('\n\n');
}

/** As data. */
export function domainValue({ cpuTimeNs, vcpuList, ...details }: DomainDetails): DomainReport {
  return {
    ...details,
    cpuTimeSeconds: seconds(cpuTimeNs),
    vcpuList: vcpuList.map(({ cpuTimeNs: time, ...vcpu }) => ({ ...vcpu, cpuTimeSeconds: seconds(time) })),
  };
}

const VCPU_COLUMNS: readonly Column<VcpuDetails>[] = [
  { heading: 'VCPU', text: ({ id }) => String(id), align: 'right' },
  { heading: 'State', text: vcpuState },
  { heading: 'CPU', text: ({ isOnline, cpu }) => (isOnline ? String(cpu) : '-'), align: 'right' },
  { heading: 'Time(s)', text: ({ cpuTimeNs }) => seconds(cpuTimeNs).toFixed(1), align: 'right' },
  { heading: 'Pinned', text: ({ hard }) => formatCpus(hard) },
  { heading: 'Rather', text: ({ soft }) => formatCpus(soft) },
];

const DEVICE_COLUMNS: readonly Column<DeviceDetails>[] = [
  { heading: 'Device', text: ({ kind }) => kind },
  { heading: 'ID', text: ({ id }) => id, align: 'right' },
  { heading: 'Backend', text: ({ backendDomid }) => String(backendDomid ?? '-'), align: 'right' },
  { heading: 'Guest', text: ({ frontendState }) => xenbusState(frontendState) },
  { heading: 'Host', text: ({ backendState, isDead }) => (isDead ? 'ended' : xenbusState(backendState)) },
];

function vcpuState({ isOnline, isWanted, isRunning, isBlocked }: VcpuDetails): string {
  if (!isOnline) return isWanted ? 'asked for' : 'offline';
  if (!isWanted) return 'to go';
  if (isRunning) return 'running';
  return isBlocked ? 'blocked' : 'ready';
}

function xenbusState(state: number | undefined): string {
  return state === undefined ? '-' : (XENBUS_STATES[state] ?? String(state));
}

function describeScheduler({ name, weight, cap }: DomainDetails['scheduler']): string {
  if (weight === undefined) return name;
  return `${name}, weight ${weight}, ${cap === 0 ? 'no cap' : `cap ${cap} %`}`;
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n) / 1000;
}
