import type { Station, StationKind } from '@magpie/broker';
import type { Language } from '../language.js';
import { safeText } from '../safe-log-line.js';

/** Words of one language for what happens at a station. */
interface Words {
  readonly stations: Readonly<Record<StationKind, string>>;
  readonly program: string;
  readonly retained: string;
  readonly again: string;
  readonly by: (rule: string) => string;
  readonly from: (address: string) => string;
  readonly bytes: (count: number) => string;
  readonly matches: (subscribers: number, groups: number) => string;
  readonly outcome: Readonly<Record<'kept' | 'cleared' | 'refused', string>>;
  readonly commit: (number: number | undefined) => string;
  readonly others: (others: NonNullable<Station['others']>) => string;
}

const ENGLISH: Words = {
  stations: {
    received: 'received',
    authorised: 'authorised',
    retained: 'retained',
    matched: 'matched',
    stored: 'stored',
    answered: 'answered',
    queued: 'queued',
    sent: 'sent',
    acknowledged: 'acknowledged',
    dropped: 'dropped',
    others: 'others',
    settled: 'settled',
  },
  program: '(program)',
  retained: 'retained',
  again: 'again',
  by: (rule) => `by ${rule}`,
  from: (address) => `from ${address}`,
  bytes: (count) => `${count} B`,
  matches: (subscribers, groups) => {
    const own = subscribers === 1 ? '1 subscriber' : `${subscribers} subscribers`;
    return groups === 0 ? own : `${own}, ${groups} shared`;
  },
  outcome: {
    kept: 'kept',
    cleared: 'cleared what was retained',
    refused: 'not kept: retainedMessagesMax or retainedBytesMax',
  },
  commit: (number) => (number === undefined ? 'in memory' : `commit ${number}`),
  others: ({ sent, queued, dropped }) => `sent ${sent}, queued ${queued}, dropped ${dropped}`,
};

/** Each station has two characters, so that columns stay aligned. */
const CHINESE: Words = {
  stations: {
    received: '收到',
    authorised: '准许',
    retained: '保留',
    matched: '匹配',
    stored: '存储',
    answered: '应答',
    queued: '排队',
    sent: '发送',
    acknowledged: '确认',
    dropped: '丢弃',
    others: '其余',
    settled: '完成',
  },
  program: '(程序)',
  retained: '保留消息',
  again: '重发',
  by: (rule) => `规则 ${rule}`,
  from: (address) => `来自 ${address}`,
  bytes: (count) => `${count} B`,
  matches: (subscribers, groups) => {
    const own = `${subscribers} 个订阅者`;
    return groups === 0 ? own : `${own}，${groups} 个共享订阅`;
  },
  outcome: {
    kept: '已保留',
    cleared: '已清除原保留消息',
    refused: '未保留：retainedMessagesMax 或 retainedBytesMax',
  },
  commit: (number) => (number === undefined ? '内存' : `提交 ${number}`),
  others: ({ sent, queued, dropped }) => `发送 ${sent}，排队 ${queued}，丢弃 ${dropped}`,
};

const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, zh: CHINESE };

/**
 * Stations as lines of text, in columns: number of the message, time of day where it was received,
 * ms since then, station, client, and the rest. A stream has no end, so the column of clients is as
 * wide as the longest name so far. Names come from clients: no control character gets through.
 */
export class StationText {
  readonly #words: Words;
  readonly #stationWidth: number;
  #clientWidth = CLIENT_WIDTH_MIN;

  constructor(language: Language) {
    this.#words = WORDS[language];
    const names = Object.values(this.#words.stations);
    this.#stationWidth = Math.max(...names.map((name) => name.length));
  }

  line(station: Station): string {
    const { kind, message, atMs, afterMs } = station;
    const client = safeText(this.#client(station));
    this.#clientWidth = Math.min(CLIENT_WIDTH_MAX, Math.max(this.#clientWidth, client.length));
    const cells = [
      `#${message}`.padEnd(5),
      kind === 'received' ? timeOfDay(atMs) : ' '.repeat(12),
      `+${afterMs.toFixed(3)} ms`.padStart(14),
      this.#words.stations[kind].padEnd(this.#stationWidth),
      client.padEnd(this.#clientWidth),
      this.#facts(station).map(safeText).join(' '),
    ];
    return cells.join('  ').trimEnd();
  }

  #client({ clientId }: Station): string {
    return clientId === '' ? this.#words.program : (clientId ?? '');
  }

  #facts(station: Station): string[] {
    const { topic, qos, retain, dup, bytes, address, payload, rule, reason, outcome } = station;
    const { packet, subscribers, groups = 0, kind, commit, others } = station;
    const words = this.#words;
    const facts = [
      topic,
      qos !== undefined && `QoS ${qos}`,
      retain === true && words.retained,
      dup === true && words.again,
      bytes !== undefined && words.bytes(bytes),
      address !== undefined && words.from(address),
      payload !== undefined && shownPayload(payload, bytes ?? 0),
      reason,
      rule !== undefined && words.by(rule),
      outcome !== undefined && words.outcome[outcome],
      packet?.toUpperCase(),
      subscribers !== undefined && words.matches(subscribers, groups),
      kind === 'stored' && words.commit(commit),
      others !== undefined && words.others(others),
    ];
    return facts.filter((fact) => typeof fact === 'string');
  }
}

/** In the zone of this machine: `14:03:22.123`. */
function timeOfDay(atMs: number): string {
  const time = new Date(atMs);
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const seconds = `${part(time.getSeconds())}.${part(time.getMilliseconds(), 3)}`;
  return `${part(time.getHours())}:${part(time.getMinutes())}:${seconds}`;
}

/** As text, whatever it is; what is not shown is an ellipsis. */
function shownPayload(base64: string, bytes: number): string {
  const payload = Buffer.from(base64, 'base64');
  return JSON.stringify(payload.toString()) + (payload.length < bytes ? '…' : '');
}

const CLIENT_WIDTH_MIN = 8;
const CLIENT_WIDTH_MAX = 32;
