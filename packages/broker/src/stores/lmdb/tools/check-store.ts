import { ExistingStore } from './existing-store.js';
import type { Finding } from './finding.js';
import { Pauses } from './pauses.js';
import { StoreContents } from './store-contents.js';
import { type PageCounts, StoreFile } from './store-file.js';
import type { OnToolProgress } from './tool-progress.js';

/** What a store holds, and what of it is damaged. */
export interface StoreReport {
  readonly path: string;
  /** `undefined`: it does not say it. */
  readonly format: number | undefined;
  readonly sessions: number;
  readonly subscriptions: number;
  /** Messages that somebody is still to get, each counted once. */
  readonly messages: number;
  /** The same, counted for each session: queued or in flight. The store knows no difference. */
  readonly deliveries: number;
  /** QoS 2, to clients: of these only a PUBREL is due. */
  readonly released: number;
  /** QoS 2, from clients: packet identifiers that wait for their PUBREL. */
  readonly received: number;
  /** Subscriptions that are still to get retained messages. */
  readonly replays: number;
  readonly retained: number;
  readonly wills: number;
  /** Bytes of topics and payloads of all messages, queued, retained and wills. */
  readonly messageBytes: number;
  readonly pages: PageCounts;
  /** How much is damaged. */
  readonly damages: number;
  /** The first of it, at most {@link DAMAGES_SHOWN_MAX}. */
  readonly damage: readonly Finding[];
}

/**
 * Walks through all pages and records of a store that nobody uses, and changes nothing.
 *
 * @param signal Aborted: it ends in the middle.
 * @throws {Error} in one clear line if that cannot be: there is no store, it is in use, it has a
 * newer format, or what the system says.
 */
export async function checkStore(
  directory: string,
  signal: AbortSignal = new AbortController().signal,
  onProgress: OnToolProgress = () => {},
): Promise<StoreReport> {
  await using store = await ExistingStore.open(directory);
  let damages = 0;
  const damage: Finding[] = [];
  const onFinding = (finding: Finding) => {
    damages++;
    if (damage.length < DAMAGES_SHOWN_MAX) damage.push(finding);
  };
  const file = await StoreFile.open(store.file, onFinding, signal, onProgress);
  try {
    const contents = new StoreContents(file, onFinding);
    const steps = new Steps(new Pauses(signal), file.recordCount, onProgress);
    const counted = await count(contents, onFinding, steps);
    steps.end();
    return { path: store.path, ...counted, pages: file.counts, damages, damage };
  } finally {
    file.close();
  }
}

/** Counts the records that were read. */
class Steps {
  readonly #pauses: Pauses;
  readonly #total: number;
  readonly #onProgress: OnToolProgress;
  #done = 0;

  constructor(pauses: Pauses, total: number, onProgress: OnToolProgress) {
    this.#pauses = pauses;
    this.#total = total;
    this.#onProgress = onProgress;
  }

  /** Asked once for each record. */
  get isPauseDue(): boolean {
    this.#done++;
    return this.#pauses.isDue;
  }

  async pause(): Promise<void> {
    const done = this.#done;
    this.#onProgress({ what: 'records', done, total: Math.max(this.#total, done) });
    await this.#pauses.pause();
  }

  end(): void {
    this.#onProgress({ what: 'records', done: this.#done, total: this.#done });
  }
}

type Counted = Omit<StoreReport, 'path' | 'pages' | 'damages' | 'damage'>;

async function count(
  contents: StoreContents,
  onFinding: (finding: Finding) => void,
  steps: Steps,
): Promise<Counted> {
  const lengthOf = async (items: Iterable<unknown>) => {
    let length = 0;
    for (const _ of items) {
      length++;
      if (steps.isPauseDue) await steps.pause();
    }
    return length;
  };
  const counted = {
    format: contents.format,
    sessions: await lengthOf(contents.sessions()),
    subscriptions: await lengthOf(contents.subscriptions()),
    messages: 0,
    deliveries: 0,
    released: await lengthOf(contents.released()),
    received: await lengthOf(contents.received()),
    replays: await lengthOf(contents.replays()),
    retained: 0,
    wills: 0,
    messageBytes: 0,
  };
  for (const { message, recipients } of contents.messages()) {
    if (steps.isPauseDue) await steps.pause();
    if (recipients.length === 0) continue;
    counted.messages++;
    counted.deliveries += recipients.length;
    counted.messageBytes += message.bytes;
  }
  for (const [name, items] of [
    ['retained', contents.retained()],
    ['wills', contents.wills()],
  ] as const) {
    for (const { message } of items) {
      if (steps.isPauseDue) await steps.pause();
      counted[name]++;
      counted.messageBytes += message.bytes;
    }
  }
  const { format, sessions, messages, retained, wills } = counted;
  if (format === undefined && sessions + messages + retained + wills > 0) {
    const how = 'the store does not say its format';
    onFinding({ table: 'meta', key: undefined, page: undefined, how });
  }
  return counted;
}

/** A file full of damage shall not fill the memory. */
export const DAMAGES_SHOWN_MAX = 1000;
