import type { Message } from '../../../model/message.js';
import type { SessionOwner } from '../../../model/principal.js';
import { Damage, inWords } from '../damage.js';
import { ExistingStore } from './existing-store.js';
import { type Finding, findingInWords } from './finding.js';
import { Pauses } from './pauses.js';
import { StoreContents } from './store-contents.js';
import { StoreFile } from './store-file.js';
import { FIRST_LINE, type StoreLine } from './store-lines.js';
import type { OnToolProgress } from './tool-progress.js';

export interface ExportOptions {
  /**
   * Told what cannot be read: then all else is exported. Left out: the first damage ends the
   * export.
   */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
  /** Aborted: it ends in the middle. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnToolProgress;
}

/**
 * Writes a store that nobody uses as text, see store-lines.ts. Messages are read one by one; only
 * sessions are in memory. Nothing in the directory is changed.
 *
 * @param write Takes some lines at a time, and is waited for.
 * @returns How many lines there are.
 * @throws {Error} in one clear line if that cannot be: there is no store, it is in use, it is
 * damaged, or what the system and `write` say.
 */
export async function exportStore(
  directory: string,
  write: (lines: string) => Promise<void>,
  { onFinding, signal = new AbortController().signal, onProgress = () => {} }: ExportOptions = {},
): Promise<number> {
  await using store = await ExistingStore.open(directory);
  const orEnd = (finding: Finding) => {
    if (onFinding === undefined) throw new Damage(findingInWords(finding));
    onFinding(finding);
  };
  try {
    const file = await StoreFile.open(store.file, orEnd, signal, onProgress);
    try {
      const total = file.recordCount;
      const lines = linesOf(new StoreContents(file, orEnd));
      return await writeLines(lines, write, signal, (done, isAll) => {
        onProgress({ what: 'records', done, total: isAll ? done : Math.max(total, done) });
      });
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw new Error(`Cannot export the store in ${store.path}: ${inWords(error, store.path)}`, {
      cause: error,
    });
  }
}

async function writeLines(
  lines: Iterable<StoreLine>,
  write: (lines: string) => Promise<void>,
  signal: AbortSignal,
  onWritten: (lines: number, isAll: boolean) => void,
): Promise<number> {
  const pauses = new Pauses(signal);
  let text = `${JSON.stringify(FIRST_LINE)}\n`;
  let count = 2;
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    count++;
    if (pauses.isDue) {
      onWritten(count, false);
      await pauses.pause();
    }
    if (text.length < WRITE_CHARS) continue;
    await write(text);
    text = '';
  }
  const end: StoreLine = { type: 'end', lines: count };
  await write(`${text}${JSON.stringify(end)}\n`);
  onWritten(count, true);
  return count;
}

function* linesOf(contents: StoreContents): Generator<StoreLine> {
  if (contents.time !== undefined) yield { type: 'time', ...contents.time };
  for (const { leftAtMs, owner, ...session } of contents.sessions()) {
    yield {
      type: 'session',
      ...session,
      ...(owner === undefined ? {} : { owner: named(owner) }),
      ...(leftAtMs === undefined ? {} : { leftAtMs }),
    };
  }
  for (const subscription of contents.subscriptions()) {
    yield { type: 'subscription', ...subscription };
  }
  for (const received of contents.received()) yield { type: 'received', ...received };
  for (const released of contents.released()) yield { type: 'released', ...released };
  for (const replay of contents.replays()) yield { type: 'replay', ...replay };
  for (const { message, recipients } of contents.messages()) {
    if (recipients.length === 0) continue;
    yield { type: 'message', ...published(message), recipients: [...recipients] };
  }
  for (const { message, change } of contents.retained()) {
    yield { type: 'retained', ...published(message), change };
  }
  for (const { number, principal, message } of contents.wills()) {
    const { clientId, address } = principal;
    yield { type: 'will', number, clientId, ...named(principal), address, ...published(message) };
  }
}

function named({ username }: SessionOwner): { readonly username?: string } {
  return username === undefined ? {} : { username };
}

function published({ topic, qos, retain, publisher, payload }: Message) {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return { topic, qos, retain, publisher, payload: bytes.toString('base64') };
}

const WRITE_CHARS = 65_536;
