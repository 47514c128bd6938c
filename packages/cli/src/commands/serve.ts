import { type Broker, createBroker, type Logger } from '@magpie/broker';
import {
  type AdminServer,
  type BrokerConfig,
  brokerMetrics,
  hostPort,
  isLoopback,
  type ListenerConfig,
  type Metric,
  startAdminServer,
} from '@magpie/broker/server';

export interface ServeOptions {
  readonly log: Logger;
  readonly version: string;
}

/** A broker that stands, with all its listeners and its HTTP port. */
export interface Running {
  /** Stops accepting, ends what is open. */
  close(): Promise<void>;
}

/** The system did not give an address that the operator asked for. */
export class ListenFailure extends Error {
  override readonly name = 'ListenFailure';
}

/**
 * Starts a broker and everything that its configuration names, and logs one line `listening` for
 * each that stands.
 *
 * @throws {ListenFailure} if an address cannot be had; what already stood is closed then.
 */
export async function serve(config: BrokerConfig, options: ServeOptions): Promise<Running> {
  const { log, version } = options;
  log.info({ memory: config.storage.memory }, 'storage: in memory, nothing survives a restart');
  logExposure(config, log);

  const broker = await createBroker({ limits: config.limits, log });
  let admin: AdminServer | undefined;
  let ready = false;
  const close = async () => {
    ready = false;
    await broker.close();
    // Last, so that a probe reads 503 until the last client has gone.
    await admin?.close();
  };
  try {
    const { http } = config;
    if (http !== undefined) {
      const source = { ready: () => ready, metrics: () => metricsOf(broker, version) };
      admin = await opened('http', http, () => startAdminServer({ ...http, source, version, log }));
      log.info({ listener: 'http', host: admin.host, port: admin.port }, 'listening');
    }
    for (const listener of config.listeners) {
      const { host, port } = await opened(listener.type, listener, () => broker.listen(listener));
      log.info({ listener: listener.type, host, port, ...pathOf(listener) }, 'listening');
    }
  } catch (error) {
    await close();
    throw error;
  }
  ready = true;
  return { close };
}

function metricsOf(broker: Broker, version: string): Metric[] {
  const { user, system } = process.cpuUsage();
  return brokerMetrics({
    version,
    counters: broker.counters,
    gauges: broker.gauges(),
    process: { residentBytes: process.memoryUsage.rss(), cpuMicroseconds: user + system },
  });
}

/** Says who can reach the broker when that may surprise somebody. */
function logExposure({ listeners, http, anonymous }: BrokerConfig, log: Logger): void {
  const hosts = [...listeners, ...(http === undefined ? [] : [http])].map(({ host }) => host);
  if (!hosts.every(isLoopback)) {
    log.warn({}, 'everybody who reaches this machine may connect, publish and subscribe');
  } else if (!anonymous) {
    log.info({}, 'no authentication is configured: listening on loopback addresses only');
  }
}

function pathOf(listener: ListenerConfig): { path?: string } {
  return listener.type === 'ws' ? { path: listener.path } : {};
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
    const why = SYSTEM_REFUSALS[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw error;
    const where = `${name} on ${hostPort(host, port)}`;
    throw new ListenFailure(`Cannot listen for ${where}: ${why}`, { cause: error });
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
