import { startBroker } from '../mqtt/broker.testing.js';
import { tcpServer } from './broken-servers.testing.js';
import { finds, SHORT_MS } from './examination.testing.js';
import { days, tlsCase } from './secure-server.testing.js';

finds('TLS is good', ['tls-agreed', 'connect-silent'], (t) => tlsCase(t));
finds('the end is near', ['tls-agreed', 'certificate-ends-soon'], (t) => {
  return tlsCase(t, { validity: days(-1, 5) });
});
finds('it is over', ['certificate-expired'], (t) => tlsCase(t, { validity: days(-9, -1) }));
finds('it is for later', ['certificate-too-early'], (t) => tlsCase(t, { validity: days(1, 9) }));
finds('it is for others', ['certificate-of-another'], (t) => tlsCase(t, { hosts: ['a.lan'] }));
finds('nobody knows it', ['certificate-not-trusted'], (t) => tlsCase(t, { trusts: false }));
for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  const server = { requestCert: true, rejectUnauthorized: true, maxVersion };
  // TLS 1.2 has no word of its own for it.
  const wanted = maxVersion === 'TLSv1.3' ? 'client-certificate-wanted' : 'tls-no-agreement';
  finds(`no client certificate, ${maxVersion}`, [wanted], (t) => tlsCase(t, { server }));
  finds(
    `a client certificate of a stranger, ${maxVersion}`,
    ['client-certificate-refused'],
    (t) => {
      return tlsCase(t, { server, client: 'of-a-stranger' });
    },
  );
  finds(`a good client certificate, ${maxVersion}`, ['tls-agreed'], (t) => {
    return tlsCase(t, { server, client: 'good' });
  });
}
finds('old TLS alone', ['tls-no-agreement'], (t) => {
  const server = {
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'ALL:@SECLEVEL=0',
  } as const;
  return tlsCase(t, { server });
});
finds('MQTT without TLS', ['no-tls'], async (t) => {
  const { url } = await startBroker(t);
  return { url: url.replace('mqtt:', 'mqtts:') };
});
finds('a handshake that gets no answer', ['tls-silent'], async (t) => ({
  url: `mqtts://127.0.0.1:${await tcpServer(t, () => {})}`,
  patienceMs: SHORT_MS,
}));
