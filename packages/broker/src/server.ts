/**
 * The third door of @magpie/broker: what a program needs that runs the broker as a service –
 * configuration, the HTTP port, the store on disk. Apart, so that embedding loads none of it.
 */

export type { AccountBook } from './admin/access/account-book.js';
export { openAccounts, type OpenedAccounts } from './admin/access/open-accounts.js';
export { type ApiDocument, apiDocument } from './admin/api/api-document.js';
export type { AdminBroker } from './admin/admin-broker.js';
export {
  type AdminServer,
  type AdminServerOptions,
  startAdminServer,
} from './admin/admin-server.js';
export type { AdminHost, ReloadReport } from './admin/host/admin-host.js';
export { BackupRunner } from './admin/host/backup-runner.js';
export { UserBook, UserProblem } from './admin/host/user-book.js';
export type { AdminSource, Metric } from './admin/admin-source.js';
export { brokerMetrics, type BrokerNumbers, type StoreUse } from './admin/broker-metrics.js';
export { metricsMarkdown } from './admin/metrics-markdown.js';
export { ProcessMeter, type ProcessUse } from './admin/process-meter.js';
export { LOG_EVENTS, type LogEventSpec, type LogFields } from './observe/log-events.js';
export { LOG_FIELDS, type LogFieldSpec } from './observe/log-fields.js';
export { SystemLoad } from './admission/system-load.js';
export {
  AuthenticatorChain,
  type ChainAuthenticator,
  NamelessAuthenticator,
  type Verdict,
} from './auth/authenticator-chain.js';
export { CertificateAuthenticator } from './auth/certificate-authenticator.js';
export { HttpAuthenticator } from './auth/http-authenticator.js';
export { JwtAuthenticator, type JwtKeys } from './auth/jwt-authenticator.js';
export { type AccessRules } from './auth/rules/access-rules.js';
export {
  type AccessAsked,
  explainAccess,
  type Explanation,
  type PassedRule,
  ruleInWords,
} from './auth/rules/explain.js';
export { parseRuleFile } from './auth/rules/parse-rule-file.js';
export type { ParsedRules } from './auth/rules/rule-compiler.js';
export { accessRulesMarkdown } from './auth/rules/rules-markdown.js';
export { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
export { hashPassword, newPasswordHash, passwordHashText } from './auth/password-hash.js';
export {
  StoredPasswordAuthenticator,
  StoredPasswordFailure,
  type StoredPasswords,
} from './auth/stored-password-authenticator.js';
export { UserAuthenticator } from './auth/user-authenticator.js';
export { parseUserFile, parseUserFileInSlices, type Users } from './auth/user-file.js';
export { UserLines, userNameProblem } from './auth/user-lines.js';
export type {
  AuthenticationConfig,
  BrokerConfig,
  ConfigProblem,
  DiskStorageConfig,
  HttpConfig,
  JwtConfig,
  ListenerConfig,
  LogLevel,
  PostgresConfig,
  RedisConfig,
  SecureWebSocketListenerConfig,
  StorageConfig,
  TcpListenerConfig,
  TlsCertificateConfig,
  TlsConfig,
  OtlpConfig,
  TlsListenerConfig,
  WebSocketListenerConfig,
} from './config/broker-config.js';
export { type ConfigFile, parseConfigFile } from './config/config-file.js';
export { configurationMarkdown } from './config/config-markdown.js';
export { hostPort, isLoopback } from './config/host-address.js';
export { reloadPlan, type ReloadPlan } from './config/reload-plan.js';
export { loadTextFile } from './config/load-text-file.js';
export { loadConfigFile } from './config/load-config.js';
export { type FlagValues, optionEntries, OPTIONS, type OptionSpec } from './config/options.js';
export { markdownTable, schemaTable } from './config/markdown-table.js';
export { type ConfigSources, resolveConfig, type ResolvedConfig } from './config/resolve-config.js';
export { configFilePath } from './config/settings.js';
export { parseYamlFile, type YamlFile, type YamlShape } from './config/yaml-file.js';
export { SYNC_INTERVAL_MS, SYNC_MODES, type SyncMode } from './config/sync-modes.js';
export { TlsFileError, TlsMaterial } from './listeners/tls/tls-material.js';
export { BanFile } from './stores/bans/ban-file.js';
export { LmdbStore, type LmdbStoreOptions } from './stores/lmdb/lmdb-store.js';
export { RecoveryAborted, type RecoveryProgress } from './stores/lmdb/recovery.js';
export { backupStore } from './stores/lmdb/tools/backup-store.js';
export { checkStore, type StoreReport } from './stores/lmdb/tools/check-store.js';
export { compactStore } from './stores/lmdb/tools/compact-store.js';
export { type ExportOptions, exportStore } from './stores/lmdb/tools/export-store.js';
export { type Finding, findingInWords } from './stores/lmdb/tools/finding.js';
export { importStore } from './stores/lmdb/tools/import-store.js';
export type { OnToolProgress, ToolProgress } from './stores/lmdb/tools/tool-progress.js';
export { identityProblem } from './model/identity-name.js';
export { replaceFile } from './stores/files/replace-file.js';
