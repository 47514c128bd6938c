import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { adminApp, type AdminAppOptions } from './admin-app.js';
import { EventStreams } from './api/event-stream.js';
import { feedMetrics } from './feed-metrics.js';

export interface AdminServerOptions extends Omit<AdminAppOptions, 'api'> {
  /** Without it there is no API, and all pages only read. */
  readonly api?: Omit<NonNullable<AdminAppOptions['api']>, 'streams'> | undefined;
  /** The caller sees to it that only loopback is used where everybody may come in. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** The HTTP port while it stands. */
export interface AdminServer extends AsyncDisposable {
  /** As bound: the real address and port. */
  readonly host: string;
  readonly port: number;
  /** Answers that stay open. */
  readonly feeds: number;
  /** Stops accepting and ends what is open; can be called again. */
  close(): Promise<void>;
}

/** Probes and scrapers are few; whatever holds more than this open is no friend. */
const CONNECTIONS_MAX = 256;
/** A request is a line and some headers; what takes longer than this is not meant to end. */
const SERVER_LIMITS: ServerOptions = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
/** Ends a connection that moves no bytes, for instance a client that does not read its answer. */
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Opens the HTTP port for health, readiness and metrics.
 *
 * @throws The system's error (`EADDRINUSE`, `EACCES` …) if the address cannot be had.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const streams = options.api && new EventStreams(options.api.clock);
  const { source } = options;
  const app = adminApp({
    ...options,
    source: {
      notReady: () => source.notReady(),
      metrics: () => [...source.metrics(), ...(streams ? feedMetrics(streams) : [])],
    },
    api: options.api && streams && { ...options.api, streams },
  });
  // The library would otherwise replace the global Request and Response of the embedding program.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    SERVER_LIMITS,
    (request, response) => void listener(request, response),
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.timeout = IDLE_TIMEOUT_MS;
  // The first request has all routes made, which takes as long as many others: nobody waits yet.
  await app.request('/api/v1/self');
  server.listen(options.port, options.host);
  await once(server, 'listening'); // rejects on 'error'
  server.on('error', (error) => {
    options.log.error({ event: 'http-failed', err: error }, 'the HTTP port failed');
  });

  const { address, port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeServer(server, streams));
  return {
    host: address,
    port,
    get feeds() {
      return streams?.size ?? 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Who reads a feed is told that it ends. */
async function closeServer(server: Server, streams: EventStreams | undefined): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  streams?.close();
  await setImmediate(); // what is left goes to the sockets
  server.closeAllConnections();
  await closed;
}
