import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { Clock } from '../../model/clock.js';
import type { Revocations } from './revocations.js';

/**
 * Connections whose clients have shown a certificate, so that those can be closed whose certificate
 * is revoked later.
 */
export class CertifiedConnections {
  readonly #clock: Clock;
  readonly #sockets = new Set<TLSSocket>();
  #runs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sockets.size;
  }

  add(socket: TLSSocket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /**
   * Looks at all of them, at most {@link SLICE_MS} at a time: other clients are served in between.
   * Begun again, it goes on with the newer lists.
   *
   * @param authorities Those the server trusts.
   * @param found Gets each that shows a revoked certificate, with its serial number.
   */
  recheck(
    revocations: Revocations,
    authorities: readonly X509Certificate[],
    found: (socket: TLSSocket, serialNumber: string) => void,
  ): void {
    const run = ++this.#runs;
    if (revocations.size === 0) return;
    const left = this.#sockets.values(); // those that come meanwhile are no harm
    const slice = (): void => {
      if (run !== this.#runs) return;
      const until = this.#clock.nowMs() + SLICE_MS;
      do {
        const { value: socket } = left.next();
        if (socket === undefined) return;
        const serialNumber = revocations.firstOf(chainOf(socket, authorities));
        if (serialNumber !== undefined) found(socket, serialNumber);
      } while (this.#clock.nowMs() < until);
      this.#clock.endOfTurn(slice);
    };
    slice();
  }
}

/** What a client has shown, and what the server knows above it: DER, its own certificate first. */
export function chainOf(socket: TLSSocket, authorities: readonly X509Certificate[]): Buffer[] {
  const chain: Buffer[] = [];
  let certificate: Peer | undefined = socket.getPeerCertificate(true);
  // The root is its own issuer. Node gives an object without keys where there is none.
  while (certificate?.raw !== undefined && !chain.includes(certificate.raw)) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  const top = chain.at(-1);
  // Node.js 24 (24.21) tells the client's own alone.
  if (top !== undefined && certificate?.raw === undefined) chain.push(...above(top, authorities));
  return chain;
}

/** From the issuer of a certificate up, as far as the authorities go. */
function above(certificate: Buffer, authorities: readonly X509Certificate[]): Buffer[] {
  const issuers: X509Certificate[] = [];
  const issuerOf = (one: X509Certificate) => authorities.find((other) => one.checkIssued(other));
  let issuer = issuerOf(new X509Certificate(certificate));
  while (issuer !== undefined && !issuers.includes(issuer)) {
    issuers.push(issuer);
    issuer = issuerOf(issuer); // that of a root is the root
  }
  return issuers.map(({ raw }) => raw);
}

/** What Node may leave out. */
type Peer = Partial<Pick<DetailedPeerCertificate, 'raw' | 'issuerCertificate'>>;

const SLICE_MS = 10;
