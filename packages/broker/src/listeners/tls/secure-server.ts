import { constants } from 'node:crypto';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net';
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import type { Admission } from '../../admission/admission.js';
import type { TlsConfig } from '../../config/broker-config.js';
import type { ClientCertificate } from '../../model/client-certificate.js';
import type { Clock } from '../../model/clock.js';
import type { Limits } from '../../model/limits.js';
import type { Timed, TimerEntry, TimerWheel } from '../../model/timer-wheel.js';
import type { Counters } from '../../observe/counters.js';
import type { Logger } from '../../observe/logger.js';
import { acceptFailed } from '../accept-failed.js';
import { CertifiedConnections, chainOf } from './certified-connections.js';
import { FileWatch } from './file-watch.js';
import { peerCertificate } from './peer-certificate.js';
import { TlsFileError, TlsMaterial, tlsFiles } from './tls-material.js';

export interface SecureServerOptions extends TlsConfig {
  /** Of the listener, for the log. */
  readonly type: 'tls' | 'wss';
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** What the client may want to speak inside (ALPN). A client that does not say is welcome. */
  readonly protocol: 'mqtt' | 'http/1.1';
}

/** TLS handshakes under way, of all listeners of a broker together. */
export class HandshakeCount {
  underWay = 0;
}

/** What all secure servers of a broker share. */
export interface SecureSurroundings {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly counters: Counters;
  readonly log: Logger;
  readonly admission: Admission;
  readonly handshakes: HandshakeCount;
}

/** Certificates that were read and checked, and are not in use yet. */
export interface PreparedCertificates {
  /** Puts them in use, for connections from now on. */
  apply(): void;
  /** They are not wanted: everything stays as it was. */
  discard(): void;
}

/** Gets a connection whose handshake is done, with what the client has shown. */
export type OnSecure = (socket: TLSSocket, certificate: ClientCertificate | undefined) => void;

/**
 * Accepts TCP connections and does their TLS handshakes, as many at one time as `tlsHandshakesMax`
 * says, each in `tlsHandshakeTimeout`.
 *
 *     TCP ──▶ handshake ──▶ certificate looked at ──▶ onSecure
 *      │ too many  │ time-out, no TLS     │ none, expired, revoked, …
 *      └───────────┴──────────────────────┴──▶ closed: a counter and one log line
 *
 * The certificates are read again when their files change. Connections that stand keep theirs, but
 * for those whose client shows a certificate that was revoked: they are closed. Files that cannot
 * be used change nothing and are told.
 */
export class SecureServer {
  /** `clientCertificate` and what is not of the certificates stays what it was at the start. */
  #options: SecureServerOptions;
  readonly #around: SecureSurroundings;
  /** By the client's address and port: the TLS socket does not know the socket below it. */
  readonly #underWay = new Map<string, Handshake>();
  readonly #certified: CertifiedConnections;
  #material: TlsMaterial | undefined;
  #net: Server | undefined;
  #tls: TlsServer | undefined;
  #watch: FileWatch | undefined;

  constructor(options: SecureServerOptions, around: SecureSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#certified = new CertifiedConnections(around.clock);
  }

  /**
   * @throws {TlsFileError} if a certificate, key or list cannot be used.
   * @throws What the system says, e.g. `EADDRINUSE`.
   */
  async listen(onSecure: OnSecure): Promise<AddressInfo> {
    const { host, port, backlog } = this.#options;
    this.#watch = await this.#watching(this.#options);
    try {
      const material = await this.#read(this.#options);
      this.#use(material);
      this.#tls = this.#tlsServer(material, onSecure);
      const server = createNetServer({ noDelay: true, keepAlive: true }, (socket) =>
        this.#accept(socket),
      );
      this.#net = server;
      return await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog }, () => {
          server.off('error', reject);
          server.on('error', (error) => acceptFailed(this.#around.log, error));
          resolve(server.address() as AddressInfo);
        });
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Stops accepting; handshakes under way are ended, connections that stand are not touched. */
  close(): void {
    this.#watch?.stop();
    this.#net?.close();
    for (const handshake of this.#underWay.values()) handshake.socket.destroy();
  }

  /** Reads all files again. What cannot be used changes nothing and is logged. */
  async reload(): Promise<void> {
    const { log } = this.#around;
    const listener = this.#options.type;
    try {
      this.#renew(await this.#read(this.#options));
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      log.error(
        { event: 'certificates-refused', listener, why: error.message },
        'new certificates cannot be used: the old ones stay in use',
      );
    }
  }

  /**
   * Reads the files of another configuration, or the same ones again.
   *
   * @param config Its `clientCertificate` has to be that of the start.
   * @throws {TlsFileError} if something cannot be used: nothing has changed then.
   */
  async prepare(config: TlsConfig): Promise<PreparedCertificates> {
    const watch = await this.#watching(config); // first: a change while they are read is a change
    try {
      const material = await this.#read(config);
      return {
        apply: () => {
          this.#watch?.stop();
          this.#watch = watch;
          const { clientCertificate } = this.#options;
          this.#options = { ...this.#options, ...config, clientCertificate };
          this.#renew(material);
        },
        discard: () => watch.stop(),
      };
    } catch (error) {
      watch.stop();
      throw error;
    }
  }

  #watching(config: TlsConfig): Promise<FileWatch> {
    const { clock } = this.#around;
    return FileWatch.start({ files: tlsFiles(config), clock, changed: () => this.reload() });
  }

  #read(config: TlsConfig): Promise<TlsMaterial> {
    return TlsMaterial.read(config, this.#around.clock.wallMs());
  }

  #use(material: TlsMaterial): void {
    for (const why of material.warnings) {
      const { type: listener } = this.#options;
      this.#around.log.warn({ event: 'certificate-warning', listener, why }, why);
    }
    this.#material = material;
  }

  #renew(material: TlsMaterial): void {
    this.#use(material);
    this.#tls?.setSecureContext(this.#contextOptions(material));
    const { type: listener } = this.#options;
    this.#around.log.info({ event: 'certificates-read', listener }, 'certificates were read again');
    if (this.#certified.size === 0) return;
    const { revocations, authorities } = material;
    this.#certified.recheck(revocations, authorities, (socket, serial) =>
      this.#revoked(socket, serial),
    );
  }

  #tlsServer(material: TlsMaterial, onSecure: OnSecure): TlsServer {
    const server = createTlsServer({
      ...this.#contextOptions(material),
      ALPNProtocols: [this.#options.protocol],
      requestCert: this.#options.clientCertificate !== 'none',
      rejectUnauthorized: false, // looked at in #secured, where a reason can be given
      handshakeTimeout: 0, // Node's own begins anew with every byte
      SNICallback: (serverName, done) => done(null, this.#material?.contextFor(serverName)),
    });
    server.on('secureConnection', (socket) => this.#secured(socket, onSecure));
    server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
    return server;
  }

  #contextOptions({ options }: TlsMaterial) {
    const { clientCertificate } = this.#options;
    const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
    // A ticket would carry a certificate past its revocation.
    const tickets = clientCertificate === 'none' ? 0 : SSL_OP_NO_TICKET;
    return { ...options, secureOptions: SSL_OP_NO_RENEGOTIATION | tickets };
  }

  #accept(socket: Socket): void {
    const { admission, limits, counters, log, handshakes, wheel, clock } = this.#around;
    const address = socket.remoteAddress;
    socket.on('error', () => {}); // the TLS socket above tells
    if (address === undefined) {
      // The client has hung up already: without its address, it could not be told from another.
      counters.tlsHandshakesFailed++;
      socket.destroy();
      return;
    }
    // Asked again for the connection; here it spares the handshake.
    if (!admission.hasRoom(handshakes.underWay, address) || !admission.isWelcome(address)) {
      socket.destroy();
      return;
    }
    if (handshakes.underWay >= limits.tlsHandshakesMax) {
      counters.tlsHandshakesRefused++;
      const { tlsHandshakesMax } = limits;
      log.warn(
        { event: 'tls-refused', address, tlsHandshakesMax },
        'connection refused: tlsHandshakesMax reached',
      );
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const timeoutS = limits.tlsHandshakeTimeout;
    const timed: Timed = {
      due: () => {
        this.#end(key);
        this.#refused(address, `no handshake within ${timeoutS} s`);
        socket.destroy();
        return Infinity;
      },
    };
    const timer = wheel.schedule(timed, clock.nowMs() + timeoutS * 1000);
    this.#underWay.set(key, { socket, timer, material: this.#material });
    handshakes.underWay++;
    socket.once('close', () => {
      if (this.#end(key) === undefined) return;
      counters.tlsHandshakesFailed++;
      log.debug({ event: 'closed', address }, 'connection closed in its TLS handshake');
    });
    this.#tls?.emit('connection', socket);
  }

  /** @returns The handshake, if it was under way until now. */
  #end(key: string): Handshake | undefined {
    const handshake = this.#underWay.get(key);
    if (handshake === undefined) return undefined;
    this.#underWay.delete(key);
    this.#around.handshakes.underWay--;
    this.#around.wheel.cancel(handshake.timer);
    return handshake;
  }

  #secured(socket: TLSSocket, onSecure: OnSecure): void {
    socket.on('error', () => {}); // 'close' follows
    const handshake = this.#end(keyOf(socket));
    if (handshake === undefined) {
      socket.destroy(); // the client has hung up
      return;
    }
    const { clientCertificate } = this.#options;
    if (clientCertificate === 'none') {
      onSecure(socket, undefined);
      return;
    }
    const verdict = peerCertificate(socket, clientCertificate === 'require');
    if ('refused' in verdict) {
      this.#refused(socket.remoteAddress ?? 'unknown', verdict.refused);
      socket.destroy();
      return;
    }
    if (verdict.certificate !== undefined) {
      // Whoever began before the newest lists were read was held against older ones.
      const newer = handshake.material === this.#material ? undefined : this.#material;
      const serialNumber = newer?.revocations.firstOf(chainOf(socket, newer.authorities));
      if (serialNumber !== undefined) {
        this.#revoked(socket, serialNumber);
        return;
      }
      this.#certified.add(socket);
    }
    onSecure(socket, verdict.certificate);
  }

  #failed(error: Error & { code?: string; reason?: string }, socket: TLSSocket): void {
    const address = socket.remoteAddress ?? 'unknown';
    if (this.#end(keyOf(socket)) !== undefined) {
      // Not the message: it has places in the source of OpenSSL.
      this.#refused(address, error.reason ?? error.code ?? 'handshake failed');
    }
    socket.destroy();
  }

  /** Closes a connection: a list that was read after its handshake names its certificate. */
  #revoked(socket: TLSSocket, serialNumber: string): void {
    this.#around.counters.tlsRevoked++;
    const address = socket.remoteAddress ?? 'unknown';
    const { type: listener } = this.#options;
    this.#around.log.warn(
      { event: 'certificate-revoked', listener, address, serialNumber },
      'the client certificate was revoked: connection closed',
    );
    socket.destroy();
  }

  #refused(address: string, why: string): void {
    const { counters, log } = this.#around;
    counters.tlsHandshakesFailed++;
    const listener = this.#options.type;
    log.warn({ event: 'tls-failed', listener, address, why }, `TLS connection refused: ${why}`);
  }
}

interface Handshake {
  readonly socket: Socket;
  readonly timer: TimerEntry;
  /** What was in use when it began. */
  readonly material: TlsMaterial | undefined;
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
