import { ClientError } from '../errors.js';

/**
 * Tells a certificate that is not trusted, or a server that speaks no TLS, from a network that does
 * not work.
 *
 * @param host Of the server, with its port.
 */
export function explainTls(error: Error, host: string): Error {
  const { code = '' } = error as { readonly code?: string };
  if (NO_TLS_CODES.test(code) || error.message.includes(HUNG_UP)) {
    const what = `Cannot connect to ${host} (${error.message})`;
    return new ClientError('unreachable', what, error, 'check that it speaks TLS on this port');
  }
  if (!CERTIFICATE_CODES.test(code)) return error;
  if (code.includes('ALERT')) {
    const what = `${host} takes no connection with this certificate, or without one`;
    const advice = 'set `cert` and `key` to those that it trusts';
    return new ClientError('certificate-refused', `${what} (${error.message})`, error, advice);
  }
  const what = `The certificate of ${host} is not trusted (${error.message})`;
  const dated = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
  const advice = dated ? 'renew it, or set the clock of this machine' : undefined;
  return new ClientError('certificate-refused', what, error, advice);
}

/** Codes of OpenSSL and Node.js for a certificate that does not do. */
const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/;
/** Those for an answer that is no TLS. */
const NO_TLS_CODES = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/;
/** What Node.js says of a server that hangs up on a ClientHello, as an MQTT broker does. */
const HUNG_UP = 'before secure TLS connection was established';
