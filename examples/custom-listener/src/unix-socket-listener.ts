import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Listener, ListenerAddress, Transport } from '@magpie/broker';
import { StreamTransport } from './stream-transport.js';

/** MQTT on a Unix domain socket: for programs of one machine, guarded by file permissions. */
export class UnixSocketListener implements Listener {
  readonly #path: string;
  #server: Server | undefined;

  /** @param path Where the socket appears. What is there already is not replaced. */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws What the system says, e.g. an error with code `EADDRINUSE`. */
  async listen(accept: (transport: Transport) => void): Promise<ListenerAddress> {
    const server = createServer((socket) => accept(new StreamTransport(socket, 'local')));
    server.listen(this.#path);
    await once(server, 'listening');
    this.#server = server;
    return { type: 'unix', host: this.#path, port: 0 };
  }

  /** Removes the socket. Connections that stand are not touched: the broker ends them. */
  async close(): Promise<void> {
    this.#server?.close();
  }
}
