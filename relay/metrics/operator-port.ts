/** The operator's own port, on loopback alone: `/metrics`, and health as on the public one, but open from the first moment to the last. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Status, StatusAnswer } from '../http/health.ts';
import { CONTENT_TYPE } from './exposition.ts';
import { Metrics, type Observed } from './metrics.ts';

const LOOPBACK = '127.0.0.1';
/** Milliseconds. */
const REQUEST_TIMEOUT = 5000;
const CONNECTIONS = 64;

export interface OperatorPort {
  readonly port: number;
  /** From now on there is something to measure. */
  observe(observed: Observed): void;
  close(): Promise<void>;
}

/** `port`: 0 for any free one. Rejects with the system's error where it cannot listen. */
export async function openOperatorPort(port: number, status: Status): Promise<OperatorPort> {
  let metrics: Metrics | undefined;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT, keepAliveTimeout: REQUEST_TIMEOUT }, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'text/plain', 'GET only.\n');
    switch ((request.url ?? '').split('?')[0]) {
      case '/healthz': return tell(response, status.health());
      case '/readyz': return tell(response, status.readiness());
      case '/metrics':
        if (metrics === undefined) return end(response, 503, 'text/plain', 'The relay has not started yet.\n');
        metrics.text().then((text) => end(response, 200, CONTENT_TYPE, text), () => end(response, 503, 'text/plain', 'The store could not be asked.\n'));
        return;
      default: return end(response, 404, 'text/plain', 'There is nothing here but /metrics, /healthz and /readyz.\n');
    }
  });
  server.maxConnections = CONNECTIONS;
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    observe(observed) {
      metrics = new Metrics(observed);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      metrics?.stop();
      await closed;
    },
  };
}

const tell = (response: ServerResponse, { status, body }: StatusAnswer): void => end(response, status, 'application/json', `${JSON.stringify(body)}\n`);

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(body);
}
