import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { BrokerProcess } from './brokers/broker-process.js';
import { magpieArgs } from './brokers/magpie.js';
import { withFolder } from './brokers/with-folder.js';
import { runLoad } from './loadgen/run-load.js';
import { textTable } from './text-table.js';

/** Named like a scenario; what it shows is no cost but room on the disk. */
export const RECLAIM = {
  name: 'reclaim',
  title: '1 GiB queued on disk, then drained: what the data directory takes',
} as const;

/** 100 sessions with 656 messages of 16 KiB each: 1 GiB of payloads. */
export const RECLAIM_LOAD = {
  sessions: 100,
  messages: 656,
  publishers: 8,
  window: 100,
  payload: 16_384,
  warmup: 0,
  rounds: 1,
  measure: 'drain',
} as const;

export interface ReclaimFigures {
  readonly payloadBytes: number;
  /** The largest size of the data directory, a copy that is being made included. */
  readonly peakBytes: number;
  /** When the last message was acknowledged. */
  readonly drainedBytes: number;
  readonly reclaimedBytes: number;
  /** From the last acknowledgement until the directory was below {@link SMALL_BYTES}. */
  readonly reclaimS: number;
  /** The longest that a PUBACK took in that time, of one publish after the other. */
  readonly slowestAckMs: number;
}

/**
 * Fills a store and drains it, and waits until the data directory is small again, by itself.
 *
 * @throws {Error} if it does not get small within {@link PATIENCE_MS}, or messages are lost.
 */
export async function measureReclaim(loadgen: string): Promise<ReclaimFigures> {
  let directory = '';
  const broker = await withFolder((folder) => {
    directory = join(folder, 'data');
    const storage = ['--data-dir', directory];
    const options = { profileFolder: undefined, args: LIMITS };
    return BrokerProcess.start(process.execPath, (port) =>
      magpieArgs(port, RECLAIM.name, storage, options),
    );
  });
  const watch = new DirectoryWatch(directory);
  try {
    const { host, port } = broker;
    const options = { host, port, ...RECLAIM_LOAD };
    const { result } = await runLoad({ loadgen, program: 'offline', options }, () => NO_USAGE);
    if (result.lost > 0) throw new Error(`${result.lost} messages were lost`);
    const drainedBytes = await directoryBytes(directory);
    const { reclaimS, slowestAckMs } = await untilSmall(directory, host, port);
    return {
      payloadBytes: RECLAIM_LOAD.sessions * RECLAIM_LOAD.messages * RECLAIM_LOAD.payload,
      peakBytes: watch.peakBytes,
      drainedBytes,
      reclaimedBytes: await directoryBytes(directory),
      reclaimS,
      slowestAckMs,
    };
  } finally {
    watch.stop();
    await broker.stop();
  }
}

export function reclaimReport(figures: ReclaimFigures): string[] {
  const rows: [what: string, figure: string][] = [
    ['payloads queued', mebibytes(figures.payloadBytes)],
    ['data directory, at most', mebibytes(figures.peakBytes)],
    ['when the last message was acknowledged', mebibytes(figures.drainedBytes)],
    ['after the compaction', mebibytes(figures.reclaimedBytes)],
    [`until it was below ${mebibytes(SMALL_BYTES)}`, `${figures.reclaimS.toFixed(1)} s`],
    ['slowest PUBACK in that time', `${figures.slowestAckMs.toFixed(1)} ms`],
  ];
  return [`${RECLAIM.name}: ${RECLAIM.title}`, ...textTable(rows)];
}

/** Bytes of all files below a directory, each once. Files may come and go meanwhile. */
export async function directoryBytes(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const sizes = new Map<number, number>(); // one file may have two names for a moment
  for (const name of names) {
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found?.isFile() === true) sizes.set(found.ino, found.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Publishes one message after the other, each of which needs a commit, until the room is back. */
async function untilSmall(
  directory: string,
  host: string,
  port: number,
): Promise<Pick<ReclaimFigures, 'reclaimS' | 'slowestAckMs'>> {
  const client = await connectAsync(`mqtt://${host}:${port}`, { reconnectPeriod: 0 });
  const beganMs = performance.now();
  let slowestAckMs = 0;
  try {
    while ((await directoryBytes(directory)) >= SMALL_BYTES) {
      const sentMs = performance.now();
      if (sentMs - beganMs > PATIENCE_MS) throw new Error('the data directory stays large');
      await client.publishAsync('probe', 'x', { qos: 1, retain: true });
      slowestAckMs = Math.max(slowestAckMs, performance.now() - sentMs);
      await delay(PROBE_MS);
    }
    return { reclaimS: (performance.now() - beganMs) / 1000, slowestAckMs };
  } finally {
    await client.endAsync(true);
  }
}

/** Looks at the size of a directory again and again. */
class DirectoryWatch {
  peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(directory: string) {
    this.#timer = setInterval(() => {
      void directoryBytes(directory).then((bytes) => {
        this.peakBytes = Math.max(this.peakBytes, bytes);
      });
    }, WATCH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

const NO_USAGE = { cpuNs: 0, waitNs: 0, residentBytes: 0 };
/** The directory counts as small again below this. */
const SMALL_BYTES = 200 * 2 ** 20;
const PATIENCE_MS = 120_000;
const PROBE_MS = 2;
const WATCH_MS = 50;
/** The queue may hold what it is to hold. */
const LIMITS = ['--limit', `queuedBytesTotalMax=${2 ** 32}`];
