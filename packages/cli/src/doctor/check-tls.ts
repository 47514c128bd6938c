import { isIP } from 'node:net';
import {
  connect,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { type Finding, finding } from './findings.js';
import { errorText, type Patient } from './patient.js';

/** Does TLS come about, and can the certificate be trusted? */
export async function* checkTls(patient: Patient): AsyncGenerator<Finding, boolean, undefined> {
  if (!patient.secure) return true;
  const shaken = await shakeHands(patient);
  if (!('certificate' in shaken)) {
    yield shaken;
    return false;
  }
  const { certificate, problem, socket } = shaken;
  if (problem !== undefined) {
    socket.destroy();
    yield judge(problem, certificate, patient);
    return false;
  }
  const refusal = await clientRefusal(socket, patient);
  if (refusal !== undefined) {
    yield refusal;
    return false;
  }
  yield finding('tls-agreed', {
    version: shaken.version,
    cipher: shaken.cipher,
    name: nameOf(certificate),
    until: dayOf(certificate.valid_to),
  });
  const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS);
  if (days < SOON_DAYS) yield finding('certificate-ends-soon', { days });
  return true;
}

interface Shaken {
  readonly socket: TLSSocket;
  readonly certificate: DetailedPeerCertificate;
  /** Why the certificate is not trusted. */
  readonly problem: string | undefined;
  readonly version: string;
  readonly cipher: string;
}

/** TLS as the client would do it, but that a bad certificate is looked at instead of refused. */
function shakeHands(patient: Patient): Promise<Shaken | Finding> {
  const { host, port, patienceMs, server, options } = patient;
  const { servername, ...tls } = options.tls ?? {};
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      ALPNProtocols: [server.protocol === 'wss:' ? 'http/1.1' : 'mqtt'],
      ...(tls as ConnectionOptions),
      ...(name === undefined ? {} : { servername: name }),
      rejectUnauthorized: false,
    });
    const settle = (result: Shaken | Finding): void => {
      socket.setTimeout(0);
      socket.removeAllListeners('error');
      socket.on('error', () => {}); // whoever goes on listens for its own reasons
      resolve(result);
    };
    socket.setTimeout(patienceMs, () => {
      settle(finding('tls-silent', { seconds: patienceMs / 1000 }));
      socket.destroy();
    });
    socket.on('secureConnect', () => {
      settle({
        socket,
        certificate: socket.getPeerCertificate(true),
        problem: problemOf(socket),
        version: socket.getProtocol() ?? '?',
        cipher: socket.getCipher().name,
      });
    });
    socket.on('error', (error: Error) => settle(handshakeFailure(error, patient)));
  });
}

/** Node.js gives the code where its types promise an error. */
function problemOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const { authorizationError: error } = socket;
  return typeof error === 'string' ? error : errorText(error);
}

function handshakeFailure(error: Error, { options }: Patient): Finding {
  const text = `${errorText(error)} ${error.message}`;
  const shown = errorText(error);
  if (/CERTIFICATE_REQUIRED/i.test(text)) return finding('client-certificate-wanted');
  if (/ALERT.*CERTIFICATE|UNKNOWN_CA|ALERT_UNKNOWN/i.test(text)) {
    return finding('client-certificate-refused', { error: shown });
  }
  // Some servers say nothing to a certificate that they do not like: they hang up.
  if (shown === 'ECONNRESET' && options.tls?.cert !== undefined) {
    return finding('client-certificate-refused', { error: shown });
  }
  if (/ALERT|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|NO_CIPHERS|TOO_LOW|NO_SHARED/i.test(text)) {
    return finding('tls-no-agreement', { error: shown });
  }
  return finding('no-tls', { error: shown });
}

function judge(problem: string, certificate: DetailedPeerCertificate, patient: Patient): Finding {
  const now = new Date().toISOString();
  const { valid_from: from, valid_to: until } = certificate;
  switch (problem) {
    case 'CERT_HAS_EXPIRED':
      return finding('certificate-expired', { until: dayOf(until), now });
    case 'CERT_NOT_YET_VALID':
      return finding('certificate-too-early', { from: dayOf(from), now });
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const host = patient.options.tls?.servername ?? patient.host;
      return finding('certificate-of-another', { host, names: namesOf(certificate) });
    }
    default:
      return finding('certificate-not-trusted', { error: problem });
  }
}

/** With TLS 1.3 a server tells only after the handshake that it misses a certificate. */
function clientRefusal(socket: TLSSocket, patient: Patient): Promise<Finding | undefined> {
  return new Promise((resolve) => {
    const settle = (found: Finding | undefined): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(AFTER_HANDSHAKE_MS, () => settle(undefined));
    const hangsUp = Object.assign(new Error('it hangs up'), { code: 'ECONNRESET' });
    const showsOne = patient.options.tls?.cert !== undefined;
    socket.on('error', (error: Error) => settle(handshakeFailure(error, patient)));
    socket.on('end', () => settle(showsOne ? handshakeFailure(hangsUp, patient) : undefined));
    socket.resume();
  });
}

function nameOf({ subject }: DetailedPeerCertificate): string {
  return [subject.CN].flat().join(', ');
}

function namesOf(certificate: DetailedPeerCertificate): string {
  return certificate.subjectaltname ?? nameOf(certificate);
}

function dayOf(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 21;
/** Long enough for an alert to come back, short enough not to be noticed. */
const AFTER_HANDSHAKE_MS = 300;
