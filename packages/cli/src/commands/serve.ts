import { join, resolve } from 'node:path';
import {
  type Broker,
  type BrokerOptions,
  createBroker,
  type Logger,
  SystemClock,
} from '@magpie/broker';
import type { Log } from '../log.js';
import type { RecoveryReport } from '../recovery-report.js';
import {
  type AdminHost,
  type AdminServer,
  BackupRunner,
  BanFile,
  type BrokerConfig,
  brokerMetrics,
  type DiskStorageConfig,
  hostPort,
  isLoopback,
  type ListenerConfig,
  LmdbStore,
  type Metric,
  openAccounts,
  ProcessMeter,
  RecoveryAborted,
  RuleAuthorizer,
  type RecoveryProgress,
  type ResolvedConfig,
  startAdminServer,
  SystemLoad,
  TlsFileError,
  UserBook,
} from '@magpie/broker/server';
import { openAuthentication } from './open-authentication.js';
import { openOtlp } from './open-otlp.js';
import { readRules } from './read-rules.js';
import { Reloader } from './reloader.js';
import { warnOfDirectoryMode } from './directory-mode.js';
import { ServeFailure } from './serve-failure.js';

export interface ServeOptions {
  /** Reads the configuration again, for {@link Running.reload}. */
  readonly readConfig: () => Promise<ResolvedConfig>;
  readonly log: Log;
  readonly version: string;
  /** Aborted: what was stored is not loaded to the end. */
  readonly signal: AbortSignal;
  readonly recovery: RecoveryReport;
  /** Says what belongs into no log: the password that was made at the first start. */
  readonly tell: (line: string) => void;
}

/** A broker that stands, with all its listeners and its HTTP port. */
export interface Running {
  /**
   * Stops accepting, ends what is open, and makes everything safe.
   *
   * @throws {ServeFailure} if that cannot be written; what was acknowledged is safe already.
   */
  close(): Promise<void>;
  /**
   * Reads configuration, users and certificates again. What is wrong with them is logged, and
   * changes nothing.
   */
  reload(): Promise<void>;
  /** Resolves when it cannot go on, with what the operator shall read; it is to be closed then. */
  readonly failed: Promise<ServeFailure>;
}

/**
 * Starts a broker and everything that its configuration names, and logs one line `listening` for
 * each that stands. Before the first of them, everything that was stored has been loaded.
 *
 * @returns `undefined` if it was told to end before that.
 * @throws {ServeFailure} if a file, the data directory or an address cannot be had; what already
 * stood is closed then.
 */
export async function serve(
  config: BrokerConfig,
  options: ServeOptions,
): Promise<Running | undefined> {
  const { log, version } = options;
  const access = await openAccess(config);
  let lose: (error: Error) => void = () => {};
  const lost = new Promise<Error>((resolve) => {
    lose = resolve;
  });
  const recovered = await openBroker(config, { ...options, onLost: lose }, access.options);
  if (recovered === undefined) return undefined;
  const { broker, banFile, store } = recovered;
  const otlp = await openOtlp(config.otlp, broker, log);
  const backups = backupsOf(config, store, log);
  const { authenticator } = access;
  const reloader = new Reloader({ broker, config, authenticator, read: options.readConfig, log });
  logExposure(config, log);
  const meter = new ProcessMeter(new SystemClock());
  let admin: AdminServer | undefined;
  let ready = false;
  let isLost = false;
  const failed = lost.then((error) => {
    isLost = true;
    ready = false;
    log.error({ event: 'store-lost', why: error.message }, 'the store is lost: the broker ends');
    return storeLost(error);
  });
  const close = async () => {
    ready = false;
    try {
      await backups?.cancel();
      await banFile?.written();
      await toldByStore(broker.close());
      await otlp?.close();
    } catch (error) {
      // It was told already, and there is nothing more to write.
      if (!isLost) throw error;
    } finally {
      // Last, so that a probe reads 503 until the last client has gone.
      await admin?.close();
      await reloader.close();
      meter.close();
    }
  };
  try {
    const { http } = config;
    if (http !== undefined) {
      const source = {
        notReady: () => notReady(recovered, ready),
        metrics: () => metricsOf(recovered, meter, version),
      };
      const host = hostOf(reloader, store, backups, log);
      const api = { ...(await apiOf(broker, config, options)), host };
      const server = { ...http, source, version, log, api };
      admin = await opened('http', http, () => startAdminServer(server));
      const { port } = admin;
      log.info({ event: 'listening', listener: 'http', host: admin.host, port }, 'listening');
    }
    for (const listener of config.listeners) await listen(broker, listener, log);
  } catch (error) {
    await close();
    throw error;
  }
  ready = true;
  return { close, failed, reload: async () => void (await reloader.reload()) };
}

/** Who clients are, and what they may do. */
async function openAccess(config: BrokerConfig) {
  const authenticator = await openAuthentication(config);
  const { authorization: file } = config;
  const authorizer = file === undefined ? undefined : new RuleAuthorizer(await readRules(file));
  return {
    authenticator,
    options: { ...(authenticator && { authenticator }), ...(authorizer && { authorizer }) },
  };
}

/** Who may use the HTTP API. The password of the first account is told, not logged. */
async function apiOf(broker: Broker, { storage }: BrokerConfig, { log, tell }: ServeOptions) {
  const dir = 'memory' in storage ? undefined : storage.dir;
  const opened = await toldByStore(openAccounts(dir));
  const { book, firstPassword, localTokenProblem: why } = opened;
  if (firstPassword !== undefined) {
    tell(`HTTP API: the password of admin is ${firstPassword} – it is not shown again`);
  }
  if (why !== undefined) {
    log.warn({ event: 'local-token-missing', why }, 'commands on this machine need a token');
  }
  return { broker, book, limits: broker.limits, clock: new SystemClock() };
}

/** Backups over HTTP go where the configuration says, and nowhere else. */
function backupsOf(
  { storage }: BrokerConfig,
  store: LmdbStore | undefined,
  log: Logger,
): BackupRunner | undefined {
  if (store === undefined || !('backups' in storage)) return undefined;
  const clock = new SystemClock();
  return new BackupRunner({
    dir: resolve(storage.backups),
    make: (target, signal, onProgress) => store.backup(target, signal, onProgress),
    wallMs: () => clock.wallMs(),
    log,
  });
}

/** What operators may have done over HTTP that needs the files of this broker. */
function hostOf(
  reloader: Reloader,
  store: LmdbStore | undefined,
  backups: BackupRunner | undefined,
  log: Log,
): AdminHost {
  let book: UserBook | undefined; // one for each file: its changes wait for each other
  return {
    reload: () => reloader.reload(),
    store: () => store,
    backups,
    logLevel: () => log.level(),
    setLogLevel: (level) => log.setLevel(level),
    users: () => {
      const { userFile } = reloader;
      if (book?.path !== userFile) book = userFile === undefined ? undefined : bookOf(userFile);
      return book;
    },
  };

  function bookOf(path: string): UserBook {
    return new UserBook(path, () => reloader.usersChanged());
  }
}

/** Only another process can open it again. */
function storeLost(error: Error): ServeFailure {
  const what = 'what was acknowledged is there when Magpie is started again';
  return new ServeFailure(`${error.message}: ${what}`, { cause: error });
}

/** A broker that has loaded what its store holds; `store`: if that is on disk. */
interface Recovered {
  readonly broker: Broker;
  readonly store: LmdbStore | undefined;
  readonly banFile?: BanFile;
}

function notReady({ broker, store }: Recovered, listens: boolean): string | undefined {
  if (!listens) return 'it does not listen yet, or no more';
  if (broker.gauges().storeFailed === 0 && store?.disk.syncFailed !== 1) return undefined;
  return 'the store fails, and nothing that needs it is acknowledged';
}

async function openBroker(
  { storage, limits, bans, clients: clientRules, metrics }: BrokerConfig,
  { log, signal, recovery, onLost }: ServeOptions & { readonly onLost: (error: Error) => void },
  access: Pick<BrokerOptions, 'authenticator' | 'authorizer'>,
): Promise<Recovered | undefined> {
  const load = new SystemLoad(); // closed by the broker
  const options = { limits, log, packetLog: log.packets, clientRules, metrics, ...access };
  if ('memory' in storage) {
    const fields = { event: 'storage-memory', memory: true } as const;
    log.info(fields, 'storage: in memory, nothing survives a restart');
    return { broker: await createBroker({ ...options, bans, load }), store: undefined };
  }
  const { dir, sync, syncIntervalMs } = storage;
  let store: LmdbStore | undefined;
  let broker: Broker;
  let banFile: BanFile;
  try {
    const onProgress = (progress: RecoveryProgress) => recovery.take(progress);
    const opening = LmdbStore.open(dir, { log, sync, syncIntervalMs, signal, onProgress, onLost });
    store = await toldByStore(opening, resolve(dir));
    await warnOfDirectoryMode(resolve(dir), log);
    banFile = await toldByStore(BanFile.open(join(dir, 'bans.json'), log));
    const all = [...banFile.bans, ...bans]; // of one subject, that of the configuration counts
    const kept = { store, bans: all, banKeeper: banFile };
    broker = await toldByStore(createBroker({ ...options, ...kept, load }));
    broker.on('storeFailed', ({ error, lost }) => {
      if (lost && error instanceof Error) onLost(error);
    });
  } catch (error) {
    load.close();
    await store?.[Symbol.asyncDispose]();
    if (error instanceof RecoveryAborted) return undefined;
    throw error;
  } finally {
    recovery.end();
  }
  const { sessions, retainedMessages } = broker.gauges();
  const fields = { dir: resolve(dir), sessions, retainedMessages };
  const told = `storage: ${dir}, ${safetyOf(storage)}`;
  if (sync === 'always') log.info({ event: 'storage-opened', ...fields }, told);
  else log.warn({ event: 'storage-unsafe', ...fields, sync }, told);
  return { broker, store, banFile };
}

/** What an acknowledgement is worth, in words. */
function safetyOf({ sync, syncIntervalMs }: DiskStorageConfig): string {
  if (sync === 'always') return 'acknowledgements wait for the disk';
  const cost =
    sync === 'interval'
      ? `a loss of power takes those of the last ${syncIntervalMs} ms`
      : 'after a loss of power the store is not opened any more';
  return `acknowledgements do not wait for the disk: ${cost}`;
}

/**
 * What a store says is a plain Error in one clear line for the operator. Errors of any other kind
 * are our own bugs and stay what they are.
 *
 * @param directory That is being opened: there a refusal of the system has words of ours.
 */
async function toldByStore<T>(result: Promise<T>, directory?: string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
    const why = directory === undefined ? undefined : DIRECTORY_REFUSALS[code];
    const message =
      why === undefined ? error.message : `Cannot use the data directory ${directory}: ${why}`;
    throw new ServeFailure(message, { cause: error });
  }
}

const DIRECTORY_REFUSALS: Readonly<Record<string, string>> = {
  EEXIST: 'there is something of that name that is no directory',
  ENOTDIR: 'something in its path is no directory',
  ENOENT: 'its file system takes no new directories there',
  EIO: 'the disk cannot be read or written',
  EACCES: 'reading or writing there is not permitted',
  EPERM: 'reading or writing there is not permitted',
  EROFS: 'the file system can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

function metricsOf({ broker, store }: Recovered, meter: ProcessMeter, version: string): Metric[] {
  return brokerMetrics({
    version,
    counters: broker.counters,
    gauges: broker.gauges(),
    store: store?.disk,
    process: meter.read(),
  });
}

/** Says who can reach the broker when that may surprise somebody. */
function logExposure(config: BrokerConfig, log: Logger): void {
  const { listeners, http, anonymous, authentication } = config;
  const hosts = [...listeners, ...(http === undefined ? [] : [http])].map(({ host }) => host);
  if (authentication !== undefined) {
    if (http === undefined || isLoopback(http.host)) return;
    log.warn(
      { event: 'exposed' },
      'everybody who reaches this machine may read health and metrics',
    );
  } else if (!hosts.every(isLoopback)) {
    const told = 'everybody who reaches this machine may connect, publish and subscribe';
    log.warn({ event: 'exposed' }, told);
  } else if (!anonymous) {
    const told = 'no authentication is configured: listening on loopback addresses only';
    log.info({ event: 'loopback-only' }, told);
  }
}

async function listen(broker: Broker, listener: ListenerConfig, log: Logger): Promise<void> {
  const { type } = listener;
  const { host, port } = await opened(type, listener, () => broker.listen(listener));
  const fields = { listener: type, host, port, ...pathOf(listener) };
  log.info({ event: 'listening', ...fields }, 'listening');
}

function pathOf(listener: ListenerConfig): { path?: string } {
  return 'path' in listener ? { path: listener.path } : {};
}

/** Opens one listener; the system's refusal becomes one line for the operator. */
async function opened<T>(
  name: string,
  { host, port }: { host: string; port: number },
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = error instanceof TlsFileError ? error.message : SYSTEM_REFUSALS[code ?? ''];
    if (why === undefined) throw error;
    const where = `${name} on ${hostPort(host, port)}`;
    throw new ServeFailure(`Cannot listen for ${where}: ${why}`, { cause: error });
  }
}

const SYSTEM_REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use by another process',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EAFNOSUPPORT: 'this machine does not support this kind of address',
  EACCES: 'it is not permitted, ports below 1024 may need more rights',
  EPERM: 'it is not permitted',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up now',
  EINVAL: 'the address is not usable',
  EMFILE: 'the process has no file descriptor left',
};
