import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import type { TlsOptions } from './transport.js';

/** The options of a client, by the names that Node.js has for them. */
export function nodeTlsOptions({ alpn, psk, ...given }: TlsOptions): ConnectionOptions {
  return {
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    ...(psk === undefined
      ? {}
      : {
          pskCallback: () => ({ identity: psk.identity, psk: psk.key }),
          ciphers: 'PSK',
          maxVersion: 'TLSv1.2',
          checkServerIdentity: checkIfShown,
        }),
    ...given,
  } as ConnectionOptions;
}

/** With a key there is no certificate; other `ciphers` may have the server show one. */
function checkIfShown(host: string, certificate: PeerCertificate | undefined): Error | undefined {
  const isShown = certificate !== undefined && Object.keys(certificate).length > 0;
  return isShown ? checkServerIdentity(host, certificate) : undefined;
}
