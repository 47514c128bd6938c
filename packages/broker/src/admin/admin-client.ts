import type { QoS } from '@magpie/protocol';
import type { Explanation } from '../explain/explain.js';
import type { ExplainQuestion } from '../explain/explain-question.js';
import type { WhatIf, WhatIfQuestion } from '../explain/what-if.js';
import type { JournalEntry, JournalKind } from '../observe/journal/journal-entry.js';
import type { FeedEventOf } from './api/feed-event.js';
import type { PageMeta } from './api/paging.js';
import { toPathId } from './api/path-id.js';
import type { AccountInfo, AuditInfo, SelfInfo, TokenInfo } from './routes/access-routes.js';
import type { BanInfo, NewBan } from './routes/ban-routes.js';
import type { ClientInfo, SubscriptionInfo } from './routes/client-routes.js';
import type { LogLevelInfo, NewPacketWatch, PacketWatchInfo } from './routes/log-routes.js';
import type { LiveMessage } from './routes/feed-routes.js';
import type { NewMessage, RetainedInfo, TopicLevelInfo } from './routes/message-routes.js';
import type { MetricInfo } from './routes/metric-routes.js';
import type { PendingInfo, PositionMeta } from './routes/pending-routes.js';
import type { BackupInfo, StoreInfo } from './routes/store-routes.js';
import type { NewTrace, TraceEvent, TraceInfo } from './routes/trace-routes.js';
import { type FeedEvent, readEvents } from './read-events.js';
import type { ReloadInfo, UserInfo } from './routes/host-routes.js';
import type { AccessDecision, AccessQuestion, RulesPreview } from './routes/rule-routes.js';
import type { ClientStatisticsInfo, SlowSubscriberInfo } from './routes/statistic-routes.js';

/** One page of a list. */
export interface ListPage<Row> {
  readonly data: readonly Row[];
  readonly meta: PageMeta;
}

/** Which page; by default the first one, of 100 rows. */
export interface PageWanted {
  readonly page?: number;
  readonly limit?: number;
}

export interface ClientsWanted extends PageWanted {
  /** Has this in its identifier. */
  readonly like_clientid?: string | undefined;
  readonly username?: string | undefined;
  readonly ip_address?: string | undefined;
  readonly conn_state?: 'connected' | 'disconnected' | undefined;
}

/** Some messages on their way to a client. */
export interface PendingListPage {
  readonly data: readonly PendingInfo[];
  readonly meta: PositionMeta;
}

export interface PendingWanted {
  readonly limit?: number | undefined;
  /** `meta.position` of the page before. */
  readonly position?: string | undefined;
  /** Of each payload; 1 KiB by default, 64 KiB at most. */
  readonly max_payload_bytes?: number | undefined;
}

export interface EventsWanted {
  /** By default all but what happens with messages one by one. */
  readonly kinds?: readonly JournalKind[] | undefined;
  /** Only what happens to this client. */
  readonly clientid?: string | undefined;
}

export interface LiveWanted {
  readonly filter: string;
  /** Messages of a second, at most; 100 by default, 1000 at most. */
  readonly rate?: number | undefined;
  /** Of each payload; 256 by default, 4096 at most. */
  readonly max_payload_bytes?: number | undefined;
}

export interface SubscriptionsWanted extends PageWanted {
  readonly clientid?: string | undefined;
  /** This filter, as the client wrote it. */
  readonly topic?: string | undefined;
  /** Filters that match this topic. */
  readonly match_topic?: string | undefined;
  readonly share_group?: string | undefined;
  readonly qos?: QoS | undefined;
}

/** The API could not be asked, or has refused. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError';
  /** Of HTTP; 0: there was no answer that could be read. */
  readonly status: number;
  /** The word of the API for programs, or `UNREACHABLE`, `NO_API`. */
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/**
 * Asks the HTTP API of a broker. Every method rejects with an {@link AdminApiError}.
 *
 * @example
 *   const admin = new AdminClient({ url: 'http://127.0.0.1:18083', token });
 *   const clients = admin.all((wanted) => admin.clients(wanted));
 *   for await (const { clientid } of clients) console.log(clientid);
 */
export class AdminClient {
  readonly #base: string;
  readonly #token: string | undefined;
  readonly #signal: AbortSignal | undefined;

  /** @param url Of the HTTP port, without the path of the API. */
  constructor(options: {
    readonly url: string;
    readonly token?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }) {
    this.#base = `${options.url.replace(/\/+$/, '')}/api/v1`;
    this.#token = options.token;
    this.#signal = options.signal;
  }

  self(): Promise<SelfInfo> {
    return this.#data('GET', '/self');
  }

  clients(wanted: ClientsWanted = {}): Promise<ListPage<ClientInfo>> {
    return this.#ask('GET', '/clients', { ...wanted });
  }

  client(clientId: string): Promise<ClientInfo> {
    return this.#data('GET', `/clients/${pathPart(clientId)}`);
  }

  subscriptions(clientId: string, wanted: PageWanted = {}): Promise<ListPage<SubscriptionInfo>> {
    const path = `/clients/${pathPart(clientId)}/subscriptions`;
    return this.#ask('GET', path, { ...wanted });
  }

  /** What waits to be sent to a client, oldest first. */
  queuedMessages(clientId: string, wanted: PendingWanted = {}): Promise<PendingListPage> {
    return this.#ask('GET', `/clients/${pathPart(clientId)}/mqueue_messages`, { ...wanted });
  }

  /** What was sent to a client and is not acknowledged, oldest first. */
  inflightMessages(clientId: string, wanted: PendingWanted = {}): Promise<PendingListPage> {
    return this.#ask('GET', `/clients/${pathPart(clientId)}/inflight_messages`, { ...wanted });
  }

  /** Of all clients. */
  allSubscriptions(wanted: SubscriptionsWanted = {}): Promise<ListPage<SubscriptionInfo>> {
    return this.#ask('GET', '/subscriptions', { ...wanted });
  }

  /** What a client has published and was sent since its session began. */
  statistics(clientId: string): Promise<ClientStatisticsInfo> {
    return this.#data('GET', `/clients/${pathPart(clientId)}/statistics`);
  }

  /** Connected clients that are slow, the slowest first. @param limit 1 to 100. */
  slowSubscribers(limit = 10): Promise<readonly SlowSubscriberInfo[]> {
    return this.#data('GET', '/slow-subscribers', { limit });
  }

  /** Ends the connection of a client; its session stays if it is persistent. */
  async disconnect(clientId: string): Promise<void> {
    await this.#data('DELETE', `/clients/${pathPart(clientId)}`);
  }

  /**
   * What happens to clients, as it happens, until the signal of this client, or the broker, ends
   * it.
   *
   * @example
   *   for await (const { event, data } of admin.events({ kinds: ['refused'] })) console.log(data);
   */
  events(wanted: EventsWanted = {}): AsyncGenerator<FeedEventOf<JournalKind, JournalEntry>> {
    return this.#feed('/events', { clientid: wanted.clientid, kinds: wanted.kinds?.join(',') });
  }

  /** The messages that are published on a filter, as they come. */
  liveMessages(wanted: LiveWanted): AsyncGenerator<FeedEventOf<'message', LiveMessage>> {
    return this.#feed('/messages/live', { ...wanted });
  }

  bans(wanted: PageWanted = {}): Promise<ListPage<BanInfo>> {
    return this.#ask('GET', '/banned', { ...wanted });
  }

  ban(ban: NewBan): Promise<BanInfo> {
    return this.#data('POST', '/banned', {}, ban);
  }

  async unban({ as, who }: Pick<NewBan, 'as' | 'who'>): Promise<void> {
    await this.#data('DELETE', `/banned/${as}/${pathPart(who)}`);
  }

  async logLevel(): Promise<LogLevelInfo['level']> {
    return (await this.#data<LogLevelInfo>('GET', '/log/level')).level;
  }

  async setLogLevel(level: LogLevelInfo['level']): Promise<void> {
    await this.#data('PUT', '/log/level', {}, { level });
  }

  /** Whose packets are logged. */
  watchedPackets(): Promise<readonly PacketWatchInfo[]> {
    return this.#data('GET', '/log/packets');
  }

  watchPackets(watch: NewPacketWatch): Promise<PacketWatchInfo> {
    return this.#data('POST', '/log/packets', {}, watch);
  }

  async unwatchPackets({ as, who }: Pick<NewPacketWatch, 'as' | 'who'>): Promise<void> {
    await this.#data('DELETE', `/log/packets/${as}/${pathPart(who)}`);
  }

  async publish(message: NewMessage): Promise<void> {
    await this.#data('POST', '/publish', {}, message);
  }

  retained(
    wanted: PageWanted & { readonly filter?: string | undefined } = {},
  ): Promise<ListPage<RetainedInfo>> {
    return this.#ask('GET', '/retained', { ...wanted });
  }

  retainedMessage(topic: string): Promise<RetainedInfo> {
    return this.#data('GET', '/retained/message', { topic });
  }

  async deleteRetained(topic: string): Promise<void> {
    await this.#data('DELETE', '/retained/message', { topic });
  }

  topics(
    wanted: PageWanted & { readonly parent?: string | undefined } = {},
  ): Promise<ListPage<TopicLevelInfo>> {
    return this.#ask('GET', '/topics', { ...wanted });
  }

  /** Why messages of a topic have reached a client, or have not. */
  explain({ topic, to, from, sinceMs }: ExplainQuestion): Promise<Explanation> {
    return this.#data('GET', '/explain', { topic, to, from, since_ms: sinceMs });
  }

  /** Who would get a message; none is published. */
  whatIf({ retain, ...question }: WhatIfQuestion): Promise<WhatIf> {
    const flag = retain === undefined ? undefined : String(retain);
    return this.#data('GET', '/what-if', { ...question, retain: flag });
  }

  /** Which sessions would lose subscriptions. @param rules The text of a file of access rules. */
  previewRules(rules: string): Promise<RulesPreview> {
    return this.#data('POST', '/authorization/preview', {}, { rules });
  }

  /** Follows messages through the broker, for a time. */
  startTrace(wanted: NewTrace = {}): Promise<TraceInfo> {
    return this.#data('POST', '/traces', {}, wanted);
  }

  traces(wanted: PageWanted = {}): Promise<ListPage<TraceInfo>> {
    return this.#ask('GET', '/traces', { ...wanted });
  }

  trace(id: string): Promise<TraceInfo> {
    return this.#data('GET', `/traces/${pathPart(id)}`);
  }

  /** Ends a trace, and has it forgotten. */
  async removeTrace(id: string): Promise<void> {
    await this.#data('DELETE', `/traces/${pathPart(id)}`);
  }

  /**
   * What a trace has seen, and what it sees, until it is over, or the signal of this client.
   *
   * @param after Only stations behind this one.
   */
  traceEvents(id: string, { after = 0 }: { readonly after?: number } = {}) {
    return this.#feed<TraceEvent>(`/traces/${pathPart(id)}/stream`, { after });
  }

  /** What the access rules that hold decide, and why. */
  testRules(question: AccessQuestion): Promise<AccessDecision> {
    return this.#data('POST', '/authorization/test', {}, question);
  }

  /** Has the broker read its configuration, users, rules and certificates again. */
  reload(): Promise<ReloadInfo> {
    return this.#data('POST', '/reload');
  }

  store(): Promise<StoreInfo> {
    return this.#data('GET', '/store');
  }

  /** Begins a backup below `storage.backups`; {@link backup} tells what becomes of it. */
  startBackup(name?: string): Promise<BackupInfo> {
    return this.#data('POST', '/store/backup', {}, { ...(name !== undefined && { name }) });
  }

  /** The backup that is under way, or the last one. */
  backup(): Promise<BackupInfo> {
    return this.#data('GET', '/store/backup');
  }

  async cancelBackup(): Promise<void> {
    await this.#data('DELETE', '/store/backup');
  }

  /** Of the user file: who may connect by MQTT. */
  users(
    wanted: PageWanted & { readonly like_username?: string | undefined } = {},
  ): Promise<ListPage<UserInfo>> {
    return this.#ask('GET', '/users', { ...wanted });
  }

  /** Makes a user, or gives one another password. @returns Whether it is new. */
  async putUser(username: string, password: string): Promise<boolean> {
    const path = `/users/${pathPart(username)}`;
    const { added } = await this.#data<{ added: boolean }>('PUT', path, {}, { password });
    return added;
  }

  async removeUser(username: string): Promise<void> {
    await this.#data('DELETE', `/users/${pathPart(username)}`);
  }

  metrics(): Promise<readonly MetricInfo[]> {
    return this.#data('GET', '/metrics');
  }

  accounts(wanted: PageWanted = {}): Promise<ListPage<AccountInfo>> {
    return this.#ask('GET', '/accounts', { ...wanted });
  }

  tokens(wanted: PageWanted = {}): Promise<ListPage<TokenInfo>> {
    return this.#ask('GET', '/tokens', { ...wanted });
  }

  audit(wanted: PageWanted = {}): Promise<ListPage<AuditInfo>> {
    return this.#ask('GET', '/audit', { ...wanted });
  }

  /** The rows of all pages, one page after the other. */
  async *all<Row>(list: (wanted: PageWanted) => Promise<ListPage<Row>>): AsyncGenerator<Row> {
    for (let page = 1; ; page++) {
      const { data, meta } = await list({ page, limit: ROWS_OF_A_PAGE });
      yield* data;
      if (!meta.hasnext) return;
    }
  }

  /** Events of a feed as they come. */
  async *#feed<Event extends FeedEvent>(path: string, query: Query): AsyncGenerator<Event, void> {
    const response = await this.#fetch('GET', `${path}${queryText(query)}`, undefined);
    if (!response.ok || response.body === null) {
      await this.#answerOf(response);
      return;
    }
    try {
      for await (const event of readEvents(response.body)) yield event as Event;
    } catch (error) {
      if (this.#signal?.aborted === true) return;
      throw this.#unreachable(error);
    }
  }

  async #data<Data>(
    method: string,
    path: string,
    query: Query = {},
    body?: unknown,
  ): Promise<Data> {
    return (await this.#ask<{ data: Data }>(method, path, query, body)).data;
  }

  async #ask<Answer>(
    method: string,
    path: string,
    query: Query = {},
    body?: unknown,
  ): Promise<Answer> {
    return this.#answerOf(await this.#fetch(method, `${path}${queryText(query)}`, body));
  }

  async #answerOf<Answer>(response: Response): Promise<Answer> {
    let answer: unknown;
    try {
      answer = await response.json();
    } catch (error) {
      const what = `${this.#base} answers ${response.status} and no JSON: is it a Magpie?`;
      throw new AdminApiError(response.status, 'NO_API', what, { cause: error });
    }
    if (response.ok) return answer as Answer;
    const { code = 'UNKNOWN', message = '' } = (answer ?? {}) as Partial<Record<string, string>>;
    throw new AdminApiError(response.status, code, message);
  }

  async #fetch(method: string, path: string, body: unknown): Promise<Response> {
    const headers = {
      ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    try {
      return await fetch(`${this.#base}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(this.#signal !== undefined && { signal: this.#signal }),
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): AdminApiError {
    const why = error instanceof Error ? causeOf(error) : String(error);
    const what = `${this.#base} cannot be reached: ${why}`;
    return new AdminApiError(0, 'UNREACHABLE', what, { cause: error });
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** An identifier as a part of a path. */
function pathPart(id: string): string {
  return encodeURIComponent(toPathId(id));
}

function queryText(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.set(name, String(value));
  }
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** `fetch failed` says nothing: what happened is the cause. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const ROWS_OF_A_PAGE = 1000;
