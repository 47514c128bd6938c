import type { JournalEntry, JournalKind } from '../observe/journal/journal-entry.js';
import type { EvidenceKind, Fact, Verdict } from './fact.js';

export type ExplainLanguage = 'en' | 'zh';

/** A fact with everything that a sentence may name: what is unknown is empty. */
export interface Told {
  readonly time: string;
  readonly client: string;
  readonly topic: string;
  readonly filter: string;
  readonly address: string;
  readonly why: string;
  readonly rule: string;
  readonly qos: number;
  readonly count: number;
  readonly max: number;
  /** `, did you mean …?`, or nothing. */
  readonly meant: string;
}

type Sentences = Readonly<Record<Verdict | EvidenceKind, (told: Told) => string>>;

/** Every verdict and every piece of evidence, in each language. */
export const SENTENCES: Readonly<Record<ExplainLanguage, Sentences>> = {
  en: {
    delivered: (t) =>
      t.qos === 0
        ? `It arrived: handed to the connection of ${t.client} at ${t.time} (QoS 0)`
        : `It arrived: sent to ${t.client} at ${t.time} and acknowledged (QoS ${t.qos})`,
    unacknowledged: (t) =>
      `It was sent at ${t.time}, and ${t.client} has not acknowledged it: ${t.count} of at most `
      + `${t.max} messages are in flight. Does the client handle messages?`,
    queued: (t) =>
      `It waits for ${t.client} (${t.why}): ${counted(t.count, 'message waits', 'messages wait')}`,
    'never-connected': (t) => `${t.client} has never connected, as far as is known${t.meant}`,
    refused: (t) => `${t.client} was refused at ${t.time}, from ${t.address}: ${t.why}`,
    'not-connected': (t) =>
      `${t.client} was not connected (since ${t.time}: ${t.why}), and its session was a clean one`,
    'came-later': (t) => `It was published before ${t.client} connected at ${t.time}`,
    'qos0-while-away': (t) =>
      `It came with QoS 0 while ${t.client} was away (${t.why}): only QoS 1 and 2 wait for it`,
    'not-subscribed': (t) =>
      t.filter === ''
        ? `${t.client} has no subscription at all`
        : `${t.client} is not subscribed to ${t.topic}; nearest is its ${t.filter} (${t.why})`,
    'subscribed-later': (t) =>
      `It was published before ${t.client} subscribed to ${t.filter} at ${t.time}, and no retained `
      + `message was there for it (${t.why})`,
    unsubscribed: (t) =>
      t.rule === ''
        ? `${t.client} unsubscribed from ${t.filter} at ${t.time}`
        : `New access rules took ${t.filter} from ${t.client} at ${t.time} (${t.rule})`,
    'subscribe-refused': (t) =>
      `The subscription of ${t.client} to ${t.filter} was refused at ${t.time} (${t.rule})`,
    'publish-denied': (t) =>
      `${t.client} may not publish it: denied at ${t.time} by `
      + `${t.rule === '' ? 'the program' : t.rule}; only the log was told`,
    'receiver-denied': (t) => `${t.client} may not receive it, by the access rules`,
    'rate-limited': (t) => `${t.client} published too fast at ${t.time}: QoS 0 was dropped`,
    'authorizer-failed': (t) => `The authorizer failed at ${t.time}; ${t.client} was disconnected`,
    'store-failed': (t) => `The store failed at ${t.time}: the message was not taken`,
    'no-publish': (t) => {
      const nothing =
        t.client === '' ? 'Nothing was published' : `${t.client} has published nothing`;
      const known = t.time === '?' ? ', as far as is known' : ` since; the last was at ${t.time}`;
      return `${nothing} on ${t.topic}${known}${t.meant}`;
    },
    'publisher-never-connected': (t) => `The publisher ${t.client} has never connected${t.meant}`,
    'publisher-refused': (t) =>
      `The publisher ${t.client} was refused at ${t.time} from ${t.address}: ${t.why}`,
    'publisher-not-connected': (t) =>
      `The publisher ${t.client} is not connected (since ${t.time}: ${t.why})`,
    'queue-full': (t) =>
      `The queue of ${t.client} was full, first seen at ${t.time}: `
      + `${counted(t.count, 'message was', 'messages were')} dropped `
      + `(queuedMessagesMax is ${t.max})`,
    'output-full': (t) =>
      `${t.client} reads more slowly than it is sent to: QoS 0 was dropped at ${t.time}`,
    'too-large': (t) => `It was larger than ${t.client} takes (${t.max} bytes)`,
    'session-lost': (t) =>
      `The session of ${t.client}, and what waited in it, ended at ${t.time}: ${t.why}`,
    'taken-over': (t) =>
      `Another client took the identifier ${t.client} at ${t.time}, from ${t.address}: it gets the `
      + 'messages',
    'shared-other': (t) =>
      `Another member of ${t.filter} got it${t.client === '' ? '' : `: ${t.client}`}`,
    unknown: () => 'The journal does not say what became of it: too much has happened since',
    'journal-off': () => 'There is no journal: journalSizeMax is 0',
    published: (t) =>
      `${t.client === '' ? 'The broker' : t.client} published on ${t.topic} at ${t.time} with QoS `
      + `${t.qos}: ${counted(t.count, 'subscriber', 'subscribers')}`,
    'connected-now': (t) => `${t.client} is connected from ${t.address}`,
    'away-now': (t) =>
      `${t.client} is away; ${counted(t.count, 'message waits', 'messages wait')} for it`,
    'no-session-now': (t) => `${t.client} has no session now`,
    'subscribes-to': (t) => `${t.client} subscribes to ${t.filter} with QoS ${t.qos}`,
    counts: (t) =>
      `${t.client} was sent ${counted(t.count, 'message', 'messages')} in all; `
      + `${counted(t.max, 'is', 'are')} in flight`,
    'dropped-counts': (t) =>
      `${counted(t.count, 'message', 'messages')} for ${t.client} `
      + `${t.count === 1 ? 'was' : 'were'} dropped: ${t.why}`,
    'retained-now': (t) => `A message is retained on ${t.topic}`,
  },
  zh: {
    delivered: (t) =>
      t.qos === 0
        ? `已送达：${t.time} 已写入 ${t.client} 的连接（QoS 0）`
        : `已送达：${t.time} 发给 ${t.client}，并已得到确认（QoS ${t.qos}）`,
    unacknowledged: (t) =>
      `${t.time} 已发出，但 ${t.client} 尚未确认：飞行窗口中有 ${t.count} 条，上限 ${t.max} 条。`
      + '请检查客户端是否在处理消息',
    queued: (t) => `消息正在等待 ${t.client}（${t.why}）：共有 ${t.count} 条在等待`,
    'never-connected': (t) => `据已知记录，${t.client} 从未连接过${t.meant}`,
    refused: (t) => `${t.client} 于 ${t.time} 从 ${t.address} 连接时被拒绝：${t.why}`,
    'not-connected': (t) =>
      `${t.client} 当时未连接（自 ${t.time} 起：${t.why}），且其会话为清除会话`,
    'came-later': (t) => `消息发布时 ${t.client} 还没有连接，它在 ${t.time} 才连接`,
    'qos0-while-away': (t) =>
      `消息为 QoS 0，而 ${t.client} 当时离线（${t.why}）：只有 QoS 1 和 2 会为它保留`,
    'not-subscribed': (t) =>
      t.filter === ''
        ? `${t.client} 没有任何订阅`
        : `${t.client} 没有订阅 ${t.topic}；最接近的过滤器是 ${t.filter}（${t.why}）`,
    'subscribed-later': (t) =>
      `消息发布之后，${t.client} 才于 ${t.time} 订阅 ${t.filter}，且没有可补发的保留消息（${t.why}）`,
    unsubscribed: (t) =>
      t.rule === ''
        ? `${t.client} 于 ${t.time} 取消了对 ${t.filter} 的订阅`
        : `新的访问规则于 ${t.time} 收回了 ${t.client} 对 ${t.filter} 的订阅（${t.rule}）`,
    'subscribe-refused': (t) => `${t.client} 对 ${t.filter} 的订阅于 ${t.time} 被拒绝（${t.rule}）`,
    'publish-denied': (t) =>
      `${t.client} 无权发布：${t.time} 被 ${t.rule === '' ? '程序' : t.rule} 拒绝，仅记录在日志中`,
    'receiver-denied': (t) => `按访问规则，${t.client} 无权接收`,
    'rate-limited': (t) => `${t.client} 于 ${t.time} 发布过快：QoS 0 消息被丢弃`,
    'authorizer-failed': (t) => `授权器于 ${t.time} 出错，${t.client} 被断开`,
    'store-failed': (t) => `存储于 ${t.time} 出错：消息未被接收`,
    'no-publish': (t) => {
      const whose = t.client === '' ? '' : `${t.client} 在 `;
      return t.time === '?'
        ? `据已知记录，${whose}${t.topic} 上没有发布过消息${t.meant}`
        : `此期间${whose}${t.topic} 上没有发布过消息，上一次在 ${t.time}${t.meant}`;
    },
    'publisher-never-connected': (t) => `发布者 ${t.client} 从未连接过${t.meant}`,
    'publisher-refused': (t) =>
      `发布者 ${t.client} 于 ${t.time} 从 ${t.address} 连接时被拒绝：${t.why}`,
    'publisher-not-connected': (t) => `发布者 ${t.client} 未连接（自 ${t.time} 起：${t.why}）`,
    'queue-full': (t) =>
      `${t.client} 的队列已满，最早见于 ${t.time}：已丢弃 ${t.count} 条`
      + `（queuedMessagesMax 为 ${t.max}）`,
    'output-full': (t) => `${t.client} 读取过慢：${t.time} 丢弃了 QoS 0 消息`,
    'too-large': (t) => `消息大于 ${t.client} 能接收的大小（${t.max} 字节）`,
    'session-lost': (t) => `${t.client} 的会话及其等待的消息于 ${t.time} 结束：${t.why}`,
    'taken-over': (t) =>
      `另一个客户端于 ${t.time} 从 ${t.address} 以相同标识符 ${t.client} 连接，消息由它接收`,
    'shared-other': (t) =>
      `由 ${t.filter} 的另一个成员接收${t.client === '' ? '' : `：${t.client}`}`,
    unknown: () => '日志中没有记录它的去向：此后发生的事情太多',
    'journal-off': () => '没有日志：journalSizeMax 为 0',
    published: (t) =>
      `${t.client === '' ? '服务器' : t.client} 于 ${t.time} 以 QoS ${t.qos} 发布到 ${t.topic}：`
      + `${t.count} 个订阅者`,
    'connected-now': (t) => `${t.client} 已连接，地址 ${t.address}`,
    'away-now': (t) => `${t.client} 离线；有 ${t.count} 条消息在等待`,
    'no-session-now': (t) => `${t.client} 现在没有会话`,
    'subscribes-to': (t) => `${t.client} 以 QoS ${t.qos} 订阅了 ${t.filter}`,
    counts: (t) => `共向 ${t.client} 发送过 ${t.count} 条消息；${t.max} 条在飞行窗口中`,
    'dropped-counts': (t) => `发给 ${t.client} 的 ${t.count} 条消息被丢弃：${t.why}`,
    'retained-now': (t) => `${t.topic} 上有保留消息`,
  },
};

/** A fact as one sentence. Names that clients chose are shown as JSON strings are. */
export function sentenceOf(fact: Fact, language: ExplainLanguage): string {
  const { kind, atMs, clientId = '', names = [] } = fact;
  const meant = names.map(shown).join(', ');
  return SENTENCES[language][kind]({
    time: atMs === undefined ? '?' : new Date(atMs).toISOString(),
    client: clientId === '' ? '' : shown(clientId),
    topic: shown(fact.topic ?? ''),
    filter: fact.filter === undefined ? '' : shown(fact.filter),
    address: fact.address ?? '?',
    why: fact.why ?? '?',
    rule: fact.rule ?? '',
    qos: fact.qos ?? 0,
    count: fact.count ?? 0,
    max: fact.max ?? 0,
    meant: meant === '' ? '' : MEANT[language](meant),
  });
}

/** One entry of the journal as a line: `2026-01-31T12:00:00.000Z queued c a/b`. */
export function entryLine(entry: JournalEntry): string {
  const { atMs, kind, clientId, topic, other, why, qos } = entry;
  const parts = [clientId, topic, other, why].filter((text) => text !== '').map(shown);
  const shownQos = WITH_QOS.has(kind) ? ` QoS ${qos}` : '';
  return `${new Date(atMs).toISOString()} ${kind} ${parts.join(' ')}${shownQos}`;
}

export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Control characters of a peer never reach a terminal. */
function shown(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const MEANT: Readonly<Record<ExplainLanguage, (names: string) => string>> = {
  en: (names) => `; did you mean ${names}?`,
  zh: (names) => `；是否指 ${names}？`,
};

const WITH_QOS: ReadonlySet<JournalKind> = new Set([
  'subscribed',
  'published',
  'queued',
  'delivered',
  'dropped',
]);
