import { formatDuration, table, type Invocation, type Outcome } from '@vm-tools/cli';
import { DEFAULT_TIMEOUTS } from '@vm-tools/libxfr';
import { formatPeerAddress } from '@vm-tools/libxfr/transport';
import { formatMetricsAddress } from '@vm-tools/metrics';
import type { ServeInput } from '../options.ts';
import { encodeBandwidth } from './bandwidth.ts';
import type { Meaning } from './result.ts';
import { readSettings } from './settings.ts';

/** Prints what the configuration file and the command line mean together, and does nothing else. */
export async function checkConfig(invocation: Invocation<ServeInput>): Promise<Outcome<Meaning>> {
  const settings = await readSettings(invocation);
  const { file, isFileThere, bandwidth, maxConcurrent, maxPerPeer, connections, metrics, user, insecure } =
    settings;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...settings.timeouts };
  const value = {
    file: isFileThere ? file : null,
    listen: settings.listen.map(formatPeerAddress),
    insecure,
    maxConcurrent,
    maxPerPeer,
    connections,
    bandwidth: encodeBandwidth(bandwidth),
    timeouts: {
      firstByteMs: timeouts.firstByteMs,
      handshakeMs: timeouts.handshakeMs,
      inactivityMs: timeouts.inactivityMs,
      answerMs: timeouts.answerMs,
      leaseMs: timeouts.leaseMs,
    },
    metrics: metrics === undefined ? null : formatMetricsAddress(metrics),
    user: user ?? null,
  };
  const { host, peer, transfer } = value.bandwidth;
  const rows: readonly (readonly [string, string])[] = [
    ['file', isFileThere ? file : `${file} is not there, so what follows is the default`],
    ['listen', value.listen.join(', ')],
    ['insecure', insecure ? 'tcp:// is allowed' : 'no'],
    ['max-concurrent', `${maxConcurrent}, ${maxPerPeer} of one peer`],
    [
      'connections',
      `${connections.unknown} unknown, ${connections.perAddress} of one address, ${connections.perPeer} of one peer`,
    ],
    ['bandwidth', `host ${host}, peer ${peer}, transfer ${transfer}`],
    [
      'timeouts',
      Object.entries(value.timeouts)
        .map(([name, ms]) => `${name.replace(/Ms$/, '')} ${formatDuration(ms)}`)
        .join(', '),
    ],
    ['metrics', value.metrics ?? 'none'],
    ['user', user ?? '_xfrd, or nobody where there is none, where root runs xfrd'],
  ];
  const text = await table(rows, [
    { heading: 'Setting', text: ([name]) => name },
    { heading: 'Value', text: ([, meaning]) => meaning },
  ]);
  return { isReport: true, value, text };
}
