import { bind } from '@vm-tools/libxfr';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Metrics } from './metrics.ts';
import type { MetricsAddress } from './metrics-address.ts';

/** Scrapers come one at a time; others are somebody's mistake. */
const MAX_CONNECTIONS = 16;
const REQUEST_LIMIT_MS = 5_000;

/**
 * Shows metrics to whoever asks for them by HTTP: `GET /metrics`. A socket is for its owner alone.
 *
 * @throws VmToolsError XFR_LISTEN
 */
export async function serveMetrics(metrics: Metrics, at: MetricsAddress): Promise<AsyncDisposable> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT_MS, keepAlive: false }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') answer(response, 404, 'try /metrics\n');
    else answer(response, 200, metrics.text(), metrics.contentType);
  });
  server.on('error', () => undefined); // of one call that could not be accepted: there are others
  server.maxConnections = MAX_CONNECTIONS;
  if ('path' in at) await mkdir(dirname(at.path), { recursive: true });
  await bind(server, at, undefined);
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body);
}
