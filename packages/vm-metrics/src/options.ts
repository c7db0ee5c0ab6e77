import { asCount, type CommandSpec } from '@vm-tools/cli';

export interface MetricsInput {
  readonly output?: string;
  readonly listen?: string;
  readonly maxDomains?: number;
}

/** More than one host has had so far, and few enough for any Prometheus. */
export const MAX_DOMAINS = 1000;

export const command: CommandSpec = {
  name: 'vm-metrics',
  summary: 'shows Prometheus what this host and its domains use',
  options: [
    {
      flags: '-o, --output <file>',
      description: 'write them to a file, whole or not at all: for the textfile collector of node_exporter',
      conflicts: ['listen'],
    },
    {
      flags: '--listen <address>',
      description:
        'stay, and answer at on (/run/vm-tools/vm-metrics.sock, for root alone), unix:///PATH, or http://127.0.0.1:PORT',
    },
    {
      flags: '--max-domains <n>',
      description: `tell of so many domains, those with the lowest domids (default: ${MAX_DOMAINS})`,
      ...asCount({ min: 0, max: 100_000 }),
    },
  ],
  examples: [
    { command: 'vm-metrics', effect: 'print them once' },
    { command: 'vm-metrics --listen http://127.0.0.1:9803', effect: 'answer Prometheus on this host' },
    {
      command: 'vm-metrics -o /var/lib/prometheus/node-exporter/xen.prom',
      effect: 'leave them for node_exporter, once: call it by a timer',
    },
  ],
  notes: [
    'Every user of this host can read what a port shows: names of domains, and what they use. To show it to other hosts takes a proxy in front of it.',
    'A dashboard for Grafana and the lines for prometheus.yml are in /usr/share/doc/vm-tools/examples.',
  ],
};
