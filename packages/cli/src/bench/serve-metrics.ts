import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page of metrics for Prometheus, on this machine only. */
export interface MetricsPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves metrics at `/metrics` of 127.0.0.1.
 *
 * @param port 0: one that is free.
 * @param text What there is at the moment, in the text format of Prometheus.
 * @throws {Error} of the system, if the port cannot be had.
 */
export async function serveMetrics(port: number, text: () => string): Promise<MetricsPage> {
  const server = createServer(({ method = '', url }, response) => {
    const found = url === '/metrics' && ['GET', 'HEAD'].includes(method);
    response.writeHead(found ? 200 : 404, { 'content-type': TEXT_FORMAT });
    response.end(found ? text() : 'Metrics are at /metrics\n');
  });
  server.listen(port, HOST);
  await once(server, 'listening'); // or throws what is wrong
  const { port: had } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${had}/metrics`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const HOST = '127.0.0.1';
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';
