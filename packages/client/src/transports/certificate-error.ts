import { ClientError } from '../errors.js';

/**
 * Tells a certificate that is not trusted from a network that does not work.
 *
 * @param host Of the server, with its port.
 */
export function explainCertificate(error: Error, host: string): Error {
  const { code = '' } = error as { readonly code?: string };
  if (!CERTIFICATE_CODES.test(code)) return error;
  const what = `The certificate of ${host} is not trusted (${error.message})`;
  return new ClientError('certificate-refused', what, error);
}

/** Codes of OpenSSL and Node.js for a certificate that does not do. */
const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/;
