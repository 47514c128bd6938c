import 'reflect-metadata'; // before @peculiar/x509, which wants it
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 3600 * 1000;

/** Writes a certificate and its key into a folder. @returns Their paths. */
export async function selfSigned(folder: string): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const paths = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  await writeFile(paths.cert, certificate.toString('pem'));
  await writeFile(paths.key, PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
  return paths;
}
