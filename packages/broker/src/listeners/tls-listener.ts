import type { IoArena } from '../connection/io-arena.js';
import type { Transport } from '../connection/transport.js';
import type { Listener, ListenerAddress } from './listener.js';
import type { SecureServer } from './tls/secure-server.js';
import { TlsTransport } from './tls-transport.js';

/** MQTT over TLS. */
export class TlsListener implements Listener {
  readonly #server: SecureServer;
  readonly #arena: IoArena;

  constructor(server: SecureServer, arena: IoArena) {
    this.#server = server;
    this.#arena = arena;
  }

  async listen(accept: (transport: Transport) => void): Promise<ListenerAddress> {
    const { address, port } = await this.#server.listen((socket, certificate) => {
      accept(new TlsTransport(socket, this.#arena, certificate));
    });
    return { type: 'tls', host: address, port };
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}
