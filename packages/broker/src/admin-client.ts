/**
 * The fourth door of @magpie/broker: for programs that look at a broker over HTTP, in Node.js or in
 * a browser. It loads nothing of the broker: only types come from there.
 */

export { AdminApiError, AdminClient } from './admin/admin-client.js';
export type {
  ClientsWanted,
  EventsWanted,
  ListPage,
  LiveWanted,
  PageWanted,
  PendingListPage,
  PendingWanted,
  SubscriptionsWanted,
} from './admin/admin-client.js';
export type { FeedEventOf } from './admin/api/feed-event.js';
export type { LiveMessage } from './admin/routes/feed-routes.js';
export type { PageMeta } from './admin/api/paging.js';
export type { AccountInfo, AuditInfo, SelfInfo, TokenInfo } from './admin/routes/access-routes.js';
export type { BanInfo, NewBan } from './admin/routes/ban-routes.js';
export type { ClientInfo, SubscriptionInfo } from './admin/routes/client-routes.js';
export type {
  LogLevelInfo,
  NewPacketWatch,
  PacketWatchInfo,
} from './admin/routes/log-routes.js';
export type { NewMessage, RetainedInfo, TopicLevelInfo } from './admin/routes/message-routes.js';
export type { MetricInfo } from './admin/routes/metric-routes.js';
export type { PendingInfo, PositionMeta } from './admin/routes/pending-routes.js';
export type { FeedEvent } from './admin/read-events.js';
export type { NewTrace, TraceEvent, TraceInfo } from './admin/routes/trace-routes.js';
export type { Station, StationKind } from './observe/trace/station.js';
export type { ReloadInfo, UserInfo } from './admin/routes/host-routes.js';
export type { AccessDecision, AccessQuestion, RulesPreview } from './admin/routes/rule-routes.js';
export type { BackupInfo, StoreInfo } from './admin/routes/store-routes.js';
export type { ClientStatisticsInfo, SlowSubscriberInfo } from './admin/routes/statistic-routes.js';
