import type { TlsCertificateConfig, TlsConfig } from '../../config/broker-config.js';
import type { Clock } from '../../model/clock.js';
import {
  type PreparedCertificates,
  SecureServer,
  type SecureSurroundings,
} from './secure-server.js';

/** What a listener over TLS needs beside its address: paths of PEM files. */
export interface TlsListenOptions
  extends TlsCertificateConfig,
    Partial<Omit<TlsConfig, keyof TlsCertificateConfig>> {
  readonly host?: string;
  readonly port?: number;
  readonly backlog?: number;
}

/** A listener over TLS, of either kind. */
export type SecureListenOptions = TlsListenOptions & { readonly type: 'tls' | 'wss' };

/** The secure servers of a broker, so that their certificates can be others, all together. */
export class SecureServers {
  readonly #around: SecureSurroundings;
  /** By {@link placeOf}. */
  readonly #servers = new Map<string, SecureServer>();

  constructor(around: SecureSurroundings) {
    this.#around = around;
  }

  add(options: SecureListenOptions, protocol: 'mqtt' | 'http/1.1'): SecureServer {
    const complete = { ...TLS_DEFAULTS, port: SECURE_PORTS[options.type], ...options, protocol };
    const server = new SecureServer(complete, this.#around);
    this.#servers.set(placeOf(options), server);
    return server;
  }

  /** With the clock that its connections are timed by. */
  addForWebSockets(options: SecureListenOptions): { server: SecureServer; clock: Clock } {
    return { server: this.add(options, 'http/1.1'), clock: this.#around.clock };
  }

  /**
   * Reads the files of all of these, or of none: {@link SecureServer.prepare}.
   *
   * @throws {TlsFileError} naming the first file that cannot be used.
   * @throws {TypeError} if there is no server with this type, host and port.
   */
  async prepare(all: readonly SecureListenOptions[]): Promise<readonly PreparedCertificates[]> {
    const prepared: PreparedCertificates[] = [];
    try {
      for (const options of all) {
        const server = this.#servers.get(placeOf(options));
        if (server === undefined) throw new TypeError(`No listener is ${placeOf(options)}`);
        prepared.push(await server.prepare(tlsConfigOf(options)));
      }
      return prepared;
    } catch (error) {
      for (const one of prepared) one.discard();
      throw error;
    }
  }
}

function tlsConfigOf(options: SecureListenOptions): TlsConfig {
  const { cert, key, certificates, ca, crl, clientCertificate, minVersion, ciphers } = {
    ...TLS_DEFAULTS,
    ...options,
  };
  return { cert, key, certificates, ca, crl, clientCertificate, minVersion, ciphers };
}

/** `tls on 0.0.0.0:8883`. */
function placeOf({ type, host = TLS_DEFAULTS.host, port }: SecureListenOptions): string {
  return `${type} on ${host}:${port ?? SECURE_PORTS[type]}`;
}

const SECURE_PORTS = { tls: 8883, wss: 8084 } as const;
const TLS_DEFAULTS = {
  host: '127.0.0.1',
  backlog: 511,
  certificates: [],
  ca: undefined,
  crl: undefined,
  clientCertificate: 'none',
  minVersion: '1.2',
  ciphers: undefined,
} as const;
