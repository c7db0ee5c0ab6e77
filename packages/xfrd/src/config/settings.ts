import { doubtOfBandwidth, type Invocation } from '@vm-tools/cli';
import type { TransferTimeouts } from '@vm-tools/libxfr';
import type { LobbyLimits } from '@vm-tools/libxfr/receiver';
import { notSecure } from '@vm-tools/libxfr/transport';
import { parseSchedule } from '@vm-tools/ratelimit';
import { join } from 'node:path';
import { metricsAddress, parseMetrics, type MetricsAddress } from '@vm-tools/metrics';
import type { ServeInput } from '../options.ts';
import { encodeBandwidth, type BandwidthSettings } from './bandwidth.ts';
import { DEFAULT_LISTEN, parseListenAddress, type ListenAddress } from './listen-address.ts';
import { readConfig } from './read-config.ts';

/** The settings of xfrd. */
export interface Settings {
  /** the configuration file; it need not be there */
  readonly file: string;
  readonly isFileThere: boolean;
  /** at least one */
  readonly listen: readonly ListenAddress[];
  readonly insecure: boolean;
  readonly bandwidth: BandwidthSettings;
  /** domains at the same time */
  readonly maxConcurrent: number;
  /** of one peer */
  readonly maxPerPeer: number;
  /** connections that may wait */
  readonly connections: LobbyLimits;
  readonly timeouts: Partial<TransferTimeouts>;
  /** where figures can be read; nowhere if undefined */
  readonly metrics: MetricsAddress | undefined;
  /** the user of the receiver; if undefined, what `findUser` says */
  readonly user: string | undefined;
}

/** The path of the configuration, below the folder of all files of a host. */
const CONFIG_FILE = 'etc/vm-tools/xfrd.toml';

/**
 * Reads the configuration file; what the command line says comes before it.
 *
 * @throws VmToolsError of kind usage: those of `readConfig`, XFR_INSECURE, and those of what is on the command line
 */
export async function readSettings({
  input,
  root,
  messages,
}: Pick<Invocation<ServeInput>, 'input' | 'root' | 'messages'>): Promise<Settings> {
  const file = input.config ?? join(root, CONFIG_FILE);
  const { config, isThere } = await readConfig(file, input.config === undefined);
  for (const [level, rates] of Object.entries(encodeBandwidth(config.bandwidth))) {
    const doubt = doubtOfBandwidth(rates);
    if (doubt !== undefined) messages.warn(`bandwidth.${level} in ${file}: ${doubt}`);
  }
  const { 'first-byte': firstByte, handshake, inactivity, answer, lease } = config.timeouts;
  const { unknown, 'per-address': perAddress, 'per-peer': perPeer } = config.connections;
  const maxConcurrent = input.maxConcurrent ?? config['max-concurrent'];
  const metrics = input.metrics === undefined ? config.metrics : parseMetrics(input.metrics);
  const settings: Settings = {
    file,
    isFileThere: isThere,
    listen: input.listen?.split(',').map(parseListenAddress) ?? config.listen ?? [DEFAULT_LISTEN],
    insecure: input.insecure ?? config.insecure,
    bandwidth: {
      ...config.bandwidth,
      ...(input.bwlimit === undefined ? {} : { host: parseSchedule(input.bwlimit) }),
    },
    maxConcurrent,
    maxPerPeer: config['max-concurrent-per-peer'] ?? Math.max(1, maxConcurrent - 1),
    connections: { unknown, perAddress, perPeer },
    timeouts: {
      ...(firstByte === undefined ? {} : { firstByteMs: firstByte }),
      ...(handshake === undefined ? {} : { handshakeMs: handshake }),
      ...(inactivity === undefined ? {} : { inactivityMs: inactivity }),
      ...(answer === undefined ? {} : { answerMs: answer }),
      ...(lease === undefined ? {} : { leaseMs: lease }),
    },
    metrics: metrics && metricsAddress(metrics, { root, program: 'xfrd-metrics' }),
    user: config.user,
  };
  const plain = settings.listen.find(({ transport }) => transport === 'tcp');
  if (plain !== undefined && !settings.insecure) throw notSecure(plain);
  return settings;
}
