import type { TestContext } from 'node:test';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { CertificateAuthority, type Validity } from '../certificates/certificate-authority.js';
import type { Case } from './examination.testing.js';

const NOW_MS = Date.now();
const DAY_MS = 86_400_000;
export const days = (from: number, until: number): Validity => ({
  from: new Date(NOW_MS + from * DAY_MS),
  until: new Date(NOW_MS + until * DAY_MS),
});

export interface TlsCase {
  readonly validity?: Validity;
  readonly hosts?: readonly string[];
  readonly server?: TlsOptions;
  /** Whether the client knows the authority. */
  readonly trusts?: boolean;
  readonly client?: 'none' | 'good' | 'of-a-stranger';
}

/** A server for TLS that serves nothing, and a client of it. */
export async function tlsCase(t: TestContext, wish: TlsCase = {}): Promise<Case> {
  const { validity = days(-1, 90), hosts = ['localhost'], trusts = true, client = 'none' } = wish;
  const authority = await CertificateAuthority.create('Test', days(-400, 400));
  const other = await CertificateAuthority.create('Stranger', days(-400, 400));
  const server = createTlsServer({
    ...(await authority.issueServer(hosts, validity)),
    ca: authority.certificate,
    ...wish.server,
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  t.after(() => server.close());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const issuer = client === 'good' ? authority : other;
  const pair = client === 'none' ? {} : await issuer.issueClient('sensor', days(-1, 1));
  const tls = { ...(trusts ? { ca: authority.certificate } : {}), ...pair };
  return {
    url: `mqtts://localhost:${port}`,
    options: { tls },
    lookUp: async () => ['127.0.0.1'],
    patienceMs: 1000,
  };
}
