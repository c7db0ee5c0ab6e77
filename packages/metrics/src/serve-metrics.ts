import { messageOf, VmToolsError } from '@vm-tools/errors';
import { bind } from '@vm-tools/libxfr/transport';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { MetricsAddress } from './metrics-address.ts';

/** What is read: a registry, or what makes the text anew for each reader. */
export interface ReadableMetrics {
  readonly text: () => string | Promise<string>;
  readonly contentType: string;
}

/** Scrapers come one at a time; more are a mistake of their configuration. */
const MAX_CONNECTIONS = 16;
const REQUEST_LIMIT_MS = 5_000;
/** Otherwise node looks every half minute only. */
const LOOK_EVERY_MS = 1_000;
/** This host as it calls itself. A foreign page in a browser on this host comes under another name. */
const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Serves metrics over HTTP: `GET /metrics`. A socket is for its owner alone. Where the text cannot be made the answer is
 * 503 with the reason, which Prometheus takes as "down".
 *
 * @throws VmToolsError XFR_LISTEN
 */
export async function serveMetrics(metrics: ReadableMetrics, at: MetricsAddress): Promise<AsyncDisposable> {
  const limits = { requestTimeout: REQUEST_LIMIT_MS, connectionsCheckingInterval: LOOK_EVERY_MS };
  const server = createServer({ ...limits, keepAlive: false }, (request, response) => {
    const isOwn = 'path' in at || OWN_HOST.test(request.headers.host ?? '');
    if (!isOwn) answer(response, 421, 'call it by its address\n');
    else if (request.method !== 'GET' || request.url !== '/metrics') answer(response, 404, 'try /metrics\n');
    else void answerWith(response, metrics);
  });
  server.on('error', () => undefined); // of one call that could not be accepted: there are others
  server.maxConnections = MAX_CONNECTIONS;
  if ('path' in at) await mkdir(dirname(at.path), { recursive: true, mode: 0o700 });
  await bind(server, at, undefined);
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function answerWith(response: ServerResponse, { text, contentType }: ReadableMetrics): Promise<void> {
  try {
    answer(response, 200, await text(), contentType);
  } catch (thrown) {
    const reason = thrown instanceof VmToolsError ? `${thrown.message} [${thrown.code}]` : messageOf(thrown);
    answer(response, 503, `${reason}\n`);
  }
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body);
}
