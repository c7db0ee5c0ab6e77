import type { VmToolsError } from '@vm-tools/errors';
import type { ShutdownReason } from '@vm-tools/xc-native';
import type { Domain } from '../domain.ts';

/** The outcome for a domain that has shut down; "failed" also for one whose qemu has ended. */
export type MonitorEvent =
  | { readonly type: 'destroyed'; readonly domain: Domain; readonly reason: ShutdownReason }
  | { readonly type: 'restarted'; readonly domain: Domain; readonly reason?: ShutdownReason }
  | { readonly type: 'kept'; readonly domain: Domain; readonly reason: ShutdownReason; readonly why: string }
  | { readonly type: 'failed'; readonly domid: number; readonly error: VmToolsError };
