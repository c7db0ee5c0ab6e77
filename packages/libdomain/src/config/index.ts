/**
 * The configuration of a domain: one typed object, read from JSON or from the everyday subset of xl.cfg, and a look at
 * its kernel before anything is built.
 *
 * @example
 * const config = await readConfigFile('/etc/xen/web.cfg', { overrides: ['memory=512'] });
 * checkKernel(await inspectKernel(config.kernel), config.type);
 *
 * @packageDocumentation
 */
export { DOMAIN_TYPES } from '../types/domain-type.ts';
export { SHUTDOWN_ACTIONS } from './keys/values.ts';
export { domainConfigSchema } from './schema.ts';
export { randomMac, withMacs } from './devices/mac.ts';
export { vdevNumber } from './devices/vdev.ts';
export type { Channel, ChannelInput } from './devices/channel.ts';
export type { Disk, DiskInput } from './devices/disk.ts';
export type { Framebuffer, FramebufferInput } from './devices/framebuffer.ts';
export type { Network, NetworkInput } from './devices/network.ts';
export type { Share, ShareInput } from './devices/share.ts';
export { configJsonSchema } from './json-schema.ts';
export type {
  DomainConfig,
  DomainConfigInput,
  DomainType,
  NewDomainConfig,
  ShutdownAction,
} from './schema.ts';
export { configError } from './problems/config-error.ts';
export { Findings } from './problems/findings.ts';
export type { ConfigWarning } from './problems/findings.ts';
export type { ConfigErrorCode, Position } from './problems/config-error.ts';
export { checkConfig, parseConfig, parsePlacedConfig } from './parse-config.ts';
export type { ConfigFormat, ParseConfigOptions, PlacedConfig } from './parse-config.ts';
export { readConfigFile, readPlacedConfig } from './text/read-config-file.ts';
export type { ReadConfigFileOptions } from './text/read-config-file.ts';
export { readConfigText } from './text/read-config-text.ts';
export type { ReadConfigTextOptions } from './text/read-config-text.ts';
export type { Entries, Entry } from './text/entry.ts';
export { formatConfig } from './format-config.ts';
export { formatXlConfig, type FormatXlConfigOptions } from './format-xl-config.ts';
export { checkKernel, inspectKernel } from './kernel/inspect-kernel.ts';
export type { KernelInfo } from './kernel/inspect-kernel.ts';
export { placeKernelError } from './kernel/place-kernel-error.ts';
export { kernelOf } from './kernel/kernel-of.ts';
