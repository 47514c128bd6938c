import { matches } from '@magpie/protocol';
import { readRecording } from '../record/read-recording.js';
import type { RecordedMessage } from '../record/recorded-message.js';
import { boundUs, type TimeBound } from './time-bound.js';

/** Which messages of recordings are asked for. */
export interface Selection {
  readonly paths: readonly string[];
  /** None: all topics. */
  readonly filters: readonly string[];
  /** The first moment; `undefined`: the first message. */
  readonly from: TimeBound | undefined;
  /** The first moment that is too late; `undefined`: the last message counts. */
  readonly to: TimeBound | undefined;
}

/** What is found on the way. */
export interface Findings {
  /** A block begins: how many bytes of how many files are behind us. */
  readonly block?: (path: string, bytes: number, messages: number) => void;
  /** Bytes of a file that no message can be read from. */
  readonly damage: (path: string, from: number, to: number) => void;
  /** Bytes at the end that were not written whole. */
  readonly torn: (path: string, bytes: number) => void;
}

/**
 * The messages, a block at a time, in the order of the files and of their places in them.
 *
 * @throws as {@link readRecording}.
 */
export async function* recordedMessages(
  { paths, filters, from, to }: Selection,
  findings: Findings,
): AsyncGenerator<RecordedMessage[]> {
  let startUs: number | undefined;
  for (const path of paths) {
    for await (const part of readRecording(path)) {
      if (part.type === 'damage') findings.damage(path, part.from, part.to);
      else if (part.type === 'torn') findings.torn(path, part.to - part.from);
      else {
        const { messages } = part;
        startUs ??= messages[0]?.atUs ?? 0;
        findings.block?.(path, part.to, messages.length);
        const fromUs = from === undefined ? -Infinity : boundUs(from, startUs);
        const toUs = to === undefined ? Infinity : boundUs(to, startUs);
        yield messages.filter(
          ({ atUs, topic }) =>
            atUs >= fromUs
            && atUs < toUs
            && (filters.length === 0 || filters.some((filter) => matches(filter, topic))),
        );
      }
    }
  }
}
