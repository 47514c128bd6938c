import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { encode, type Packet } from '@magpie/protocol';
import { BrokerProcess } from './brokers/broker-process.js';
import { freePort } from './brokers/free-port.js';
import { MAGPIE } from './brokers/magpie.js';
import { withFolder } from './brokers/with-folder.js';
import { CLEAN_CONNECT } from './clean-connect.js';
import { raiseOpenFiles } from './proc/open-files.js';
import { readFirstThreadNs } from './proc/process-usage.js';
import { median } from './statistics.js';
import { textTable } from './text-table.js';

/** Named like a scenario; what it shows is the cost of a page, and not of a message. */
export const METRICS_PAGE = {
  name: 'metrics-page',
  title: '/metrics while 10,000 clients are connected, with one subscription each',
} as const;

export const METRICS_PAGE_LOAD = { clients: 10_000, warmup: 20, scrapes: 200 } as const;

export interface MetricsPageFigures {
  readonly scrapes: number;
  readonly pageBytes: number;
  /** CPU time of the broker's event loop for one scrape, and what it did beside it. */
  readonly medianCpuMs: number;
  readonly slowestCpuMs: number;
  /** The longest that a client waited for PINGRESP meanwhile: all others wait as long. */
  readonly slowestPingMs: number;
}

/**
 * Reads `/metrics` again and again, while a client pings the broker.
 *
 * @throws {Error} if a client is refused, or the page is not answered.
 */
export async function measureMetricsPage(
  load: { clients: number; warmup: number; scrapes: number } = METRICS_PAGE_LOAD,
): Promise<MetricsPageFigures> {
  const httpPort = await freePort();
  const broker = await withFolder((folder) => {
    const storage = ['--data-dir', join(folder, 'data'), '--log-level', 'warn'];
    const ports = ['--no-ws', '--http-port', `${httpPort}`];
    return BrokerProcess.start(process.execPath, (port) => {
      return [MAGPIE, 'broker', '--port', `${port}`, ...ports, ...storage];
    });
  });
  const clients: Client[] = [];
  try {
    for (const pid of [broker.pid, process.pid]) {
      await raiseOpenFiles(pid, load.clients + OTHER_FILES);
    }
    while (clients.length < load.clients) {
      const few = Math.min(AT_ONCE, load.clients - clients.length);
      const next = Array.from({ length: few }, (_, index) => clients.length + index);
      clients.push(...(await Promise.all(next.map((number) => Client.connect(broker, number)))));
    }
    const pinging = new Pinging(clients[0]!);
    const url = `http://${broker.host}:${httpPort}/metrics`;
    for (let count = 0; count < load.warmup; count++) await scrape(url);
    pinging.slowestMs = 0;
    const cpuMs: number[] = [];
    let pageBytes = 0;
    for (let count = 0; count < load.scrapes; count++) {
      const before = readFirstThreadNs(broker.pid);
      pageBytes = await scrape(url);
      cpuMs.push((readFirstThreadNs(broker.pid) - before) / 1e6);
    }
    const slowestPingMs = await pinging.end();
    const { scrapes } = load;
    const slowestCpuMs = Math.max(...cpuMs);
    return { scrapes, pageBytes, medianCpuMs: median(cpuMs), slowestCpuMs, slowestPingMs };
  } finally {
    for (const client of clients) client.end();
    await broker.stop();
  }
}

export function metricsPageReport(figures: MetricsPageFigures): string[] {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const rows: [what: string, figure: string][] = [
    ['pages read', `${figures.scrapes} of ${(figures.pageBytes / 1024).toFixed(1)} KiB`],
    ['event loop for one, median', ms(figures.medianCpuMs)],
    ['event loop for one, most (target ≤ 20.0 ms)', ms(figures.slowestCpuMs)],
    ['slowest PINGRESP in that time', ms(figures.slowestPingMs)],
  ];
  return [`${METRICS_PAGE.name}: ${METRICS_PAGE.title}`, ...textTable(rows)];
}

/** @returns The bytes of the page. */
async function scrape(url: string): Promise<number> {
  const response = await fetch(url);
  const page = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${page}`);
  return page.length;
}

/** As little of a client as can be: a thousand take no memory worth counting. */
class Client {
  readonly #socket: Socket;
  #heard: ((bytes: Buffer) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(host: string, port: number) {
    this.#socket = connect(port, host)
      .setNoDelay()
      .on('data', (bytes) => this.#heard?.(bytes))
      .on('error', (error) => this.#failed?.(error))
      .on('close', () => this.#failed?.(new Error('The broker has closed a connection')));
  }

  /** Connects, and subscribes to a topic of its own. */
  static async connect(
    { host, port }: { readonly host: string; readonly port: number },
    number: number,
  ): Promise<Client> {
    const client = new Client(host, port);
    const id = `client-${number}`;
    await client.ask({ ...CLEAN_CONNECT, clientId: id }, 'connack');
    const subscriptions = [{ filter: `commands/${id}`, qos: 1 }] as const;
    await client.ask({ type: 'subscribe', packetId: 1, subscriptions }, 'suback');
    return client;
  }

  /** Sends a packet; the next bytes are the answer, since nobody publishes. */
  ask(packet: Packet, answer: keyof typeof FIRST_BYTE): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#failed = reject;
      this.#heard = (bytes) => {
        if (bytes[0] === FIRST_BYTE[answer]) resolve();
        else reject(new Error(`The broker answers ${bytes.toString('hex')}, not ${answer}`));
      };
      this.#socket.write(encode(packet, VERSION));
    });
  }

  end(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }
}

/** A client that pings without end. */
class Pinging {
  slowestMs = 0;
  #ended = false;
  readonly #done: Promise<void>;

  constructor(client: Client) {
    this.#done = this.#ping(client);
    this.#done.catch(() => {}); // end() tells
  }

  async end(): Promise<number> {
    this.#ended = true;
    await this.#done;
    return this.slowestMs;
  }

  async #ping(client: Client): Promise<void> {
    while (!this.#ended) {
      const sentMs = performance.now();
      await client.ask({ type: 'pingreq' }, 'pingresp');
      this.slowestMs = Math.max(this.slowestMs, performance.now() - sentMs);
      await delay(PING_MS);
    }
  }
}

const FIRST_BYTE = { connack: 0x20, suback: 0x90, pingresp: 0xd0 } as const;
const VERSION = 4;
const AT_ONCE = 100;
const OTHER_FILES = 200;
const PING_MS = 1;
