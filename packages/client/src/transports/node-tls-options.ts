import type { ConnectionOptions } from 'node:tls';
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
          // There is no certificate whose name could be looked at.
          checkServerIdentity: () => undefined,
        }),
    ...given,
  } as ConnectionOptions;
}
