import type { Transport } from '../connection/transport.js';
import type { Listener, ListenerAddress } from './listener.js';
import { SocketTransport } from './socket-transport.js';
import type { SecureServer } from './tls/secure-server.js';

/** MQTT over TLS. */
export class TlsListener implements Listener {
  readonly #server: SecureServer;

  constructor(server: SecureServer) {
    this.#server = server;
  }

  async listen(accept: (transport: Transport) => void): Promise<ListenerAddress> {
    const { address, port } = await this.#server.listen((socket, certificate) => {
      accept(SocketTransport.onSocket(socket, certificate));
    });
    return { type: 'tls', host: address, port };
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}
