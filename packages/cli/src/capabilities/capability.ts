import type { Language } from '../language.js';

/**
 * Everything that `magpie capabilities` asks a broker. This table is the single source: the type
 * {@link CapabilityCode}, the order of the report and both languages come from it.
 */
export const CAPABILITIES = {
  server: { en: 'Server', zh: '服务器' },
  versions: { en: 'MQTT versions', zh: 'MQTT 版本' },
  'qos-max': { en: 'Highest QoS', zh: '最高 QoS' },
  retained: { en: 'Retained messages', zh: '保留消息' },
  will: { en: 'Wills', zh: '遗嘱消息' },
  wildcards: { en: 'Wildcards', zh: '通配符' },
  'shared-subscriptions': { en: 'Shared subscriptions', zh: '共享订阅' },
  sessions: { en: 'Sessions that outlive a connection', zh: '持久会话' },
  'client-id-empty': { en: 'Empty client identifier', zh: '空客户端标识符' },
  'client-id-bytes': { en: 'Longest client identifier, bytes', zh: '客户端标识符最大字节数' },
  'topic-bytes': { en: 'Longest topic, bytes', zh: '主题最大字节数' },
  'topic-levels': { en: 'Most levels of a topic', zh: '主题最大层数' },
  'packet-bytes': { en: 'Largest packet, bytes', zh: '最大报文字节数' },
  'queue-messages': { en: 'Queue of a client that is away', zh: '离线客户端的队列长度' },
  'queue-full': { en: 'A full queue drops the', zh: '队列满时丢弃' },
  'inflight-out': { en: 'Unacknowledged on their way to a client', zh: '发往客户端的未确认消息数' },
  'inflight-in': { en: 'Unreleased QoS 2 from a client', zh: '来自客户端的未释放 QoS 2 消息数' },
  'told-receive-maximum': { en: 'MQTT 5: Receive Maximum', zh: 'MQTT 5：接收最大值' },
  'told-packet-bytes': { en: 'MQTT 5: Maximum Packet Size', zh: 'MQTT 5：最大报文长度' },
  'told-qos-max': { en: 'MQTT 5: Maximum QoS', zh: 'MQTT 5：最大 QoS' },
  'told-retained': { en: 'MQTT 5: Retain Available', zh: 'MQTT 5：保留可用' },
  'told-wildcards': { en: 'MQTT 5: Wildcard Subscription', zh: 'MQTT 5：通配符订阅' },
  'told-shared': { en: 'MQTT 5: Shared Subscription', zh: 'MQTT 5：共享订阅' },
  'told-identifiers': { en: 'MQTT 5: Subscription Identifiers', zh: 'MQTT 5：订阅标识符' },
  'told-topic-aliases': { en: 'MQTT 5: Topic Alias Maximum', zh: 'MQTT 5：主题别名最大值' },
  'told-keep-alive': { en: 'MQTT 5: Server Keep Alive, s', zh: 'MQTT 5：服务端保持连接（秒）' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;

export type CapabilityCode = keyof typeof CAPABILITIES;

/** One thing that a broker can or cannot do, or how much of it. */
export interface Capability {
  readonly code: CapabilityCode;
  /** `null`: it could not be found out; {@link why} says why. */
  readonly value: boolean | number | string | readonly string[] | null;
  /** The value is as far as was tried: the broker's own limit may be higher. */
  readonly atLeast: boolean;
  /** `tried`: it happened; `told`: the broker says so in CONNACK (MQTT 5.0, 3.2.2.3) or in $SYS. */
  readonly how: 'tried' | 'told';
  readonly why?: string;
}

/** What was seen to be so. */
export function tried(code: CapabilityCode, value: Capability['value']): Capability {
  return { code, value, atLeast: false, how: 'tried' };
}

/** What the broker says of itself. */
export function told(code: CapabilityCode, value: Capability['value']): Capability {
  return { code, value, atLeast: false, how: 'told' };
}

/** What could not be found out. */
export function unknown(code: CapabilityCode, why: string): Capability {
  return { code, value: null, atLeast: false, how: 'tried', why };
}
