import type { FindingKind } from './finding-kind.js';

/** What can be found before MQTT begins: name, TCP, TLS, WebSocket. */
export const NETWORK_FINDINGS = {
  'name-resolved': {
    level: 'good',
    en: { says: 'The name {host} is {addresses} ({ms} ms)' },
    zh: { says: '名称 {host} 解析为 {addresses}（{ms} 毫秒）' },
  },
  'name-unknown': {
    level: 'failure',
    en: {
      says: 'Nobody knows the name {host}',
      advice: 'look for a typing mistake; ask which name servers this machine uses',
    },
    zh: { says: '找不到名称 {host}', advice: '检查拼写，以及本机使用的域名服务器' },
  },
  'name-server-silent': {
    level: 'failure',
    en: {
      says: 'No name server answers for {host} ({error})',
      advice: 'check that this machine is on the network and can reach its name server',
    },
    zh: {
      says: '没有域名服务器回答 {host} 的查询（{error}）',
      advice: '检查本机的网络连接和域名服务器是否可达',
    },
  },
  'tcp-open': {
    level: 'good',
    en: { says: '{address} port {port} accepts connections ({ms} ms)' },
    zh: { says: '{address} 的端口 {port} 接受连接（{ms} 毫秒）' },
  },
  'tcp-refused': {
    level: 'failure',
    en: {
      says: '{address} refuses connections to port {port}',
      advice:
        'check that the server runs, and listens at this port and address, not at loopback alone',
    },
    zh: {
      says: '{address} 拒绝连接端口 {port}',
      advice: '检查服务器是否在运行、是否监听该地址（而不只是回环地址）以及该端口',
    },
  },
  'tcp-silent': {
    level: 'failure',
    en: {
      says: '{address} port {port} does not answer within {seconds} s',
      advice:
        'a firewall may drop the packets: ask for the port to be opened, or try 443 with wss://',
    },
    zh: {
      says: '{address} 的端口 {port} 在 {seconds} 秒内没有回应',
      advice: '可能有防火墙丢弃了数据包：请求开放该端口，或改用 443 端口的 wss://',
    },
  },
  'tcp-unreachable': {
    level: 'failure',
    en: {
      says: 'There is no way to {address} ({error})',
      advice: 'check the network of this machine, its routes, and IPv6 if the address is one',
    },
    zh: {
      says: '无法到达 {address}（{error}）',
      advice: '检查本机的网络、路由；若是 IPv6 地址，检查 IPv6',
    },
  },
  'some-addresses-fail': {
    level: 'warning',
    en: {
      says: 'Of {count} addresses of {host} only {working} work',
      advice: 'take the others out of the name, or clients will be slow to connect now and then',
    },
    zh: {
      says: '{host} 的 {count} 个地址中只有 {working} 个可用',
      advice: '把不可用的地址从域名中去掉，否则客户端有时会连接缓慢',
    },
  },
  'tls-agreed': {
    level: 'good',
    en: {
      says: 'TLS works: {version}, {cipher}; the certificate of {name} is valid until {until}',
    },
    zh: { says: 'TLS 正常：{version}，{cipher}；{name} 的证书有效期至 {until}' },
  },
  'no-tls': {
    level: 'failure',
    en: {
      says: 'The server does not speak TLS on this port ({error})',
      advice: 'use mqtt:// or ws://, or the port that the server has for TLS (8883 is usual)',
    },
    zh: {
      says: '服务器在该端口上不使用 TLS（{error}）',
      advice: '改用 mqtt:// 或 ws://，或者服务器的 TLS 端口（通常是 8883）',
    },
  },
  'tls-no-agreement': {
    level: 'failure',
    en: {
      says: 'Server and client find no common TLS version or cipher ({error})',
      advice:
        'have the server allow TLS 1.2 or 1.3; or it wants a client certificate: give --cert '
        + 'and --key',
    },
    zh: {
      says: '双方没有共同的 TLS 版本或加密套件（{error}）',
      advice:
        '让服务器允许 TLS 1.2 或 1.3；也可能是服务器要求客户端证书：请用 --cert 和 --key 指定',
    },
  },
  'tls-silent': {
    level: 'failure',
    en: {
      says: 'The TLS handshake does not end within {seconds} s',
      advice: 'the port may speak something else, or a middle box may hold TLS up',
    },
    zh: {
      says: 'TLS 握手在 {seconds} 秒内没有完成',
      advice: '该端口可能使用其他协议，或者中间设备拦住了 TLS',
    },
  },
  'certificate-expired': {
    level: 'failure',
    en: {
      says: 'The certificate of the server has expired on {until}',
      advice: 'renew it; if it is newer than that, check the clock of this machine: it says {now}',
    },
    zh: {
      says: '服务器证书已于 {until} 过期',
      advice: '更新证书；如果证书没有过期，请检查本机时钟：现在是 {now}',
    },
  },
  'certificate-too-early': {
    level: 'failure',
    en: {
      says: 'The certificate of the server is valid from {from} on',
      advice: 'check the clock of this machine: it says {now}',
    },
    zh: { says: '服务器证书从 {from} 起才有效', advice: '请检查本机时钟：现在是 {now}' },
  },
  'certificate-ends-soon': {
    level: 'warning',
    en: { says: 'The certificate of the server expires in {days} days', advice: 'renew it' },
    zh: { says: '服务器证书将在 {days} 天后过期', advice: '更新证书' },
  },
  'certificate-of-another': {
    level: 'failure',
    en: {
      says: 'The certificate is not for {host} but for {names}',
      advice: 'connect by a name that it holds, or give that as --servername',
    },
    zh: {
      says: '证书不属于 {host}，而属于 {names}',
      advice: '使用证书中的名称连接，或用 --servername 指定',
    },
  },
  'certificate-not-trusted': {
    level: 'failure',
    en: {
      says: 'Nobody that is trusted here has signed the certificate ({error})',
      advice:
        "give the authority's certificate as --cafile; if it is public, the server sends no chain",
    },
    zh: {
      says: '证书不是由本机信任的机构签发的（{error}）',
      advice: '用 --cafile 指定机构的证书；如果是公共机构，则说明服务器没有发送证书链',
    },
  },
  'client-certificate-wanted': {
    level: 'failure',
    en: {
      says: 'The server wants a certificate of the client',
      advice: 'give --cert and --key',
    },
    zh: { says: '服务器要求客户端证书', advice: '请用 --cert 和 --key 指定' },
  },
  'client-certificate-refused': {
    level: 'failure',
    en: {
      says: 'The server refuses the certificate of the client ({error})',
      advice:
        'check that it has not expired or been revoked, and that the server trusts its authority',
    },
    zh: {
      says: '服务器拒绝了客户端证书（{error}）',
      advice: '检查证书是否过期或被吊销，以及服务器是否信任签发机构',
    },
  },
  'websocket-open': {
    level: 'good',
    en: { says: 'The WebSocket opens at {path}, subprotocol mqtt ({ms} ms)' },
    zh: { says: 'WebSocket 在 {path} 打开，子协议为 mqtt（{ms} 毫秒）' },
  },
  'websocket-wrong-path': {
    level: 'failure',
    en: {
      says: 'There is nothing at the path {path} (HTTP {status})',
      advice: 'ask for the path: /mqtt is usual',
    },
    zh: { says: '路径 {path} 不存在（HTTP {status}）', advice: '确认路径，通常是 /mqtt' },
  },
  'websocket-forbidden': {
    level: 'failure',
    en: {
      says: 'The server forbids the WebSocket (HTTP {status})',
      advice: 'it may want a login before, or another Origin: ask whoever runs it',
    },
    zh: {
      says: '服务器禁止该 WebSocket（HTTP {status}）',
      advice: '可能需要先登录，或要求别的 Origin：请询问管理员',
    },
  },
  'websocket-refused': {
    level: 'failure',
    en: {
      says: 'The server answers HTTP {status} and opens no WebSocket',
      advice: 'check path and port; a proxy in between must pass on Upgrade and Connection',
    },
    zh: {
      says: '服务器回答 HTTP {status}，没有打开 WebSocket',
      advice: '检查路径和端口；中间的代理必须转发 Upgrade 和 Connection 头',
    },
  },
  'websocket-no-subprotocol': {
    level: 'failure',
    en: {
      says: 'The server opens a WebSocket without the subprotocol mqtt',
      advice: 'it may be a WebSocket for something else: check the path',
    },
    zh: { says: '服务器打开的 WebSocket 没有子协议 mqtt', advice: '它可能用于其他用途：检查路径' },
  },
  'no-http': {
    level: 'failure',
    en: {
      says: 'The server does not speak HTTP on this port ({error})',
      advice: 'use mqtt:// or the port that the server has for WebSocket (8083 and 9001 are usual)',
    },
    zh: {
      says: '服务器在该端口上不使用 HTTP（{error}）',
      advice: '改用 mqtt://，或者服务器的 WebSocket 端口（通常是 8083 或 9001）',
    },
  },
} as const satisfies Record<string, FindingKind>;
