import type { FindingKind } from './finding-kind.js';

/** What can be found from CONNECT on. */
export const MQTT_FINDINGS = {
  connected: {
    level: 'good',
    en: { says: 'The server accepts the connection ({ms} ms)' },
    zh: { says: '服务器接受了连接（{ms} 毫秒）' },
  },
  'refused-version': {
    level: 'failure',
    en: { says: 'The server does not speak MQTT 3.1.1 (code 1)', advice: 'use a server that does' },
    zh: { says: '服务器不支持 MQTT 3.1.1（返回码 1）', advice: '使用支持它的服务器' },
  },
  'refused-identifier': {
    level: 'failure',
    en: {
      says: 'The server does not allow the client identifier (code 2)',
      advice:
        'give another one as --id: some servers want a certain beginning, or at most 23 characters',
    },
    zh: {
      says: '服务器不允许该客户端标识符（返回码 2）',
      advice: '用 --id 换一个：有的服务器要求特定前缀，或不超过 23 个字符',
    },
  },
  'refused-unavailable': {
    level: 'failure',
    en: {
      says: 'The server says that it is not available (code 3)',
      advice: 'try again later; it may be full, or the service that checks logins is down',
    },
    zh: {
      says: '服务器表示暂不可用（返回码 3）',
      advice: '稍后重试；可能连接已满，或认证服务不可用',
    },
  },
  'refused-credentials': {
    level: 'failure',
    en: {
      says: 'The server does not accept user name and password (code 4)',
      advice: 'check --username and --pw; look for a blank or a line end that was copied with them',
    },
    zh: {
      says: '服务器不接受用户名和密码（返回码 4）',
      advice: '检查 --username 和 --pw，注意是否多复制了空格或换行',
    },
  },
  'refused-not-authorized': {
    level: 'failure',
    en: {
      says: 'This client may not connect (code 5)',
      advice:
        'give --username and --pw if the server wants them; it may also ban this client or address',
    },
    zh: {
      says: '不允许该客户端连接（返回码 5）',
      advice: '如果服务器要求，请用 --username 和 --pw；客户端或地址也可能被封禁',
    },
  },
  'port-speaks-tls': {
    level: 'failure',
    en: { says: 'The server speaks TLS on this port', advice: 'use mqtts:// or wss://' },
    zh: { says: '服务器在该端口上使用 TLS', advice: '改用 mqtts:// 或 wss://' },
  },
  'port-speaks-http': {
    level: 'failure',
    en: { says: 'The server speaks HTTP on this port', advice: 'use ws:// or wss:// and its path' },
    zh: { says: '服务器在该端口上使用 HTTP', advice: '改用 ws:// 或 wss://，并加上路径' },
  },
  'no-mqtt': {
    level: 'failure',
    en: {
      says: 'The server does not answer as MQTT 3.1.1 wants ({error})',
      advice: 'check the port: 1883 is usual, 8883 with TLS',
    },
    zh: {
      says: '服务器的回答不符合 MQTT 3.1.1（{error}）',
      advice: '检查端口：通常是 1883，TLS 是 8883',
    },
  },
  'connect-silent': {
    level: 'failure',
    en: {
      says: 'The server takes CONNECT and says nothing',
      advice:
        'the port may speak something else; or the server waits for a service that checks logins',
    },
    zh: {
      says: '服务器收到 CONNECT 后没有任何回应',
      advice: '该端口可能使用其他协议；或者服务器在等待认证服务',
    },
  },
  'closed-at-connect': {
    level: 'failure',
    en: {
      says: 'The server closes the connection instead of answering CONNECT',
      advice: 'it may ban this client or address, be full, or want TLS: look into its log',
    },
    zh: {
      says: '服务器没有回答 CONNECT 就关闭了连接',
      advice: '可能封禁了该客户端或地址、连接已满，或要求 TLS：请查看服务器日志',
    },
  },
  'identifier-in-use': {
    level: 'failure',
    en: {
      says: 'Another client has the identifier {id}: it has taken this connection over',
      advice:
        'give each client an identifier of its own; two of the same throw each other out for ever',
    },
    zh: {
      says: '另一个客户端使用同一标识符 {id}，并接管了本连接',
      advice: '为每个客户端使用各自的标识符；相同的标识符会不断互相踢下线',
    },
  },
  'identifier-free': {
    level: 'good',
    en: { says: 'No other client has taken the identifier {id} over within {seconds} s' },
    zh: { says: '{seconds} 秒内没有其他客户端接管标识符 {id}' },
  },
  'subscribe-granted': {
    level: 'good',
    en: { says: 'May subscribe to {filter}, at QoS {qos}' },
    zh: { says: '可以订阅 {filter}，QoS {qos}' },
  },
  'subscribe-lower': {
    level: 'warning',
    en: {
      says: 'The server grants only QoS {qos} for {filter}',
      advice: 'messages at a higher QoS will come at this one: ask whoever runs the server',
    },
    zh: {
      says: '服务器对 {filter} 只授予 QoS {qos}',
      advice: '更高 QoS 的消息会降级：请询问管理员',
    },
  },
  'subscribe-refused': {
    level: 'failure',
    en: {
      says: 'May not subscribe to {filter}',
      advice: 'check the rules of the server for this user, and the spelling of the filter',
    },
    zh: { says: '不允许订阅 {filter}', advice: '检查服务器上该用户的权限规则，以及过滤器的拼写' },
  },
  'publish-arrived': {
    level: 'good',
    en: { says: 'May publish to {topic}: the message came back' },
    zh: { says: '可以发布到 {topic}：消息已收到' },
  },
  'publish-vanished': {
    level: 'failure',
    en: {
      says: 'A message to {topic} was acknowledged and did not come back',
      advice: 'the server most likely denies it: MQTT 3.1.1 has no way to say so; check its rules',
    },
    zh: {
      says: '发往 {topic} 的消息已被确认，但没有收到',
      advice: '服务器很可能拒绝了该发布（MQTT 3.1.1 无法告知）：检查其权限规则',
    },
  },
  'publish-closed': {
    level: 'failure',
    en: {
      says: 'The server closes the connection at a message to {topic}',
      advice: 'it denies it in this way: check its rules, and its log',
    },
    zh: {
      says: '发布到 {topic} 时服务器关闭了连接',
      advice: '这是拒绝的一种方式：检查权限规则和日志',
    },
  },
  'round-trip': {
    level: 'good',
    en: { says: 'A message goes out and comes back at QoS {qos} ({ms} ms)' },
    zh: { says: 'QoS {qos} 的消息可以往返（{ms} 毫秒）' },
  },
  'round-trip-lower': {
    level: 'warning',
    en: {
      says: 'A message sent at QoS {qos} comes back at QoS {got}',
      advice: 'the server lowers it: do not count on QoS {qos}',
    },
    zh: {
      says: '以 QoS {qos} 发送的消息以 QoS {got} 返回',
      advice: '服务器降低了 QoS：不要依赖 QoS {qos}',
    },
  },
  'round-trip-lost': {
    level: 'failure',
    en: {
      says: 'A message at QoS {qos} to {topic} does not come back within {seconds} s',
      advice:
        'the rules of the server may forbid this topic: give one that is allowed as --scratch',
    },
    zh: {
      says: '发往 {topic} 的 QoS {qos} 消息在 {seconds} 秒内没有返回',
      advice: '权限规则可能禁止该主题：用 --scratch 指定允许的主题',
    },
  },
  'scratch-refused': {
    level: 'warning',
    en: {
      says: 'May not subscribe to {topic}, so messages cannot be tried',
      advice: 'give a topic that is allowed as --scratch',
    },
    zh: { says: '不允许订阅 {topic}，因此无法测试消息', advice: '用 --scratch 指定允许的主题' },
  },
  latency: {
    level: 'note',
    en: { says: 'There and back takes {median} ms in the middle, {worst} ms at worst, of {count}' },
    zh: { says: '{count} 次往返：中位数 {median} 毫秒，最长 {worst} 毫秒' },
  },
  'latency-shaky': {
    level: 'warning',
    en: {
      says: 'There and back takes {median} ms in the middle and {worst} ms at worst, of {count}',
      advice: 'the network or the server is shaky: use a long keep-alive, QoS 1 or 2, and a retry',
    },
    zh: {
      says: '{count} 次往返：中位数 {median} 毫秒，最长却有 {worst} 毫秒',
      advice: '网络或服务器不稳定：使用较长的 keep-alive、QoS 1 或 2，并准备重试',
    },
  },
  'retained-works': {
    level: 'good',
    en: { says: 'Retained messages are kept and can be deleted' },
    zh: { says: '保留消息可以保存和删除' },
  },
  'retained-missing': {
    level: 'warning',
    en: {
      says: 'A retained message does not come to a new subscription',
      advice: 'the server keeps none, or its rules forbid it',
    },
    zh: { says: '新的订阅没有收到保留消息', advice: '服务器不保存保留消息，或权限规则不允许' },
  },
  'sys-readable': {
    level: 'note',
    en: { says: 'The server tells of itself under $SYS: {version}' },
    zh: { says: '服务器在 $SYS 下提供自身信息：{version}' },
  },
  'sys-silent': {
    level: 'note',
    en: { says: 'The server tells nothing under $SYS' },
    zh: { says: '服务器在 $SYS 下没有提供信息' },
  },
  'packet-accepted': {
    level: 'note',
    en: { says: 'Messages of {size} are accepted' },
    zh: { says: '接受 {size} 的消息' },
  },
  'packet-limit': {
    level: 'note',
    en: { says: 'The largest message that is accepted is between {size} and {refused}' },
    zh: { says: '可接受的最大消息介于 {size} 和 {refused} 之间' },
  },
  'idle-survived': {
    level: 'good',
    en: { says: 'A connection without any traffic is still there after {seconds} s' },
    zh: { says: '没有流量的连接在 {seconds} 秒后仍然存在' },
  },
  'idle-cut': {
    level: 'failure',
    en: {
      says: 'A connection without any traffic is cut within {seconds} s',
      advice: 'something in between forgets idle connections: set the keep-alive below that',
    },
    zh: {
      says: '没有流量的连接在 {seconds} 秒内被切断',
      advice: '中间设备会忘记空闲连接：把 keep-alive 设得更短',
    },
  },
} as const satisfies Record<string, FindingKind>;
