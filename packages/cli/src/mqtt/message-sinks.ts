import type { CommandContext } from '../command-context.js';
import type { Ending } from './ending.js';
import type { Arrival, MessageLine } from './message-line.js';
import type { OutputFile } from './output-file.js';

/** Where messages go that are to be shown. */
export interface MessageSink {
  /** In the order in which they came. A promise makes the server wait. */
  readonly take: (arrival: Arrival) => Promise<void> | undefined;
  /** The server has granted the subscriptions. */
  readonly begin?: () => void;
  /** Nothing comes any more. */
  readonly finish?: () => Promise<void>;
}

/** How messages are written. */
export interface LinePlan {
  readonly line: MessageLine;
  /** Whether a line ends after each message. */
  readonly newline: boolean;
}

/** Each message as a line on stdout, and no faster than they are read. */
export function lineSink(plan: LinePlan, write: CommandContext['write']): MessageSink {
  return {
    take: (arrival) => {
      const bytes = bytesOf(plan, arrival);
      return bytes === undefined ? undefined : write(bytes);
    },
  };
}

/**
 * Each message as a line in a file. One of QoS 1 or 2 is done when the system has it; one of QoS 0
 * when there is room for the next.
 */
export function fileSink(plan: LinePlan, file: OutputFile, ending: Ending): MessageSink {
  return {
    take: (arrival) => {
      const bytes = bytesOf(plan, arrival);
      if (bytes === undefined) return undefined;
      const written = file.add(bytes);
      if (arrival.message.qos > 0 || file.isFull) return written;
      written.catch((error: unknown) => ending.failed(error));
      return undefined;
    },
    finish: () => file.finish(),
  };
}

/** Each message to all of them. */
export function allSinks(sinks: readonly MessageSink[]): MessageSink {
  return {
    take: (arrival) => {
      const waits = sinks.map((sink) => sink.take(arrival)).filter((wait) => wait !== undefined);
      return waits.length <= 1 ? waits[0] : Promise.all(waits).then(() => undefined);
    },
    begin: () => {
      for (const sink of sinks) sink.begin?.();
    },
    finish: async () => {
      // All of them, whatever one says: a terminal must be given back.
      const ends = await Promise.allSettled(sinks.map(async (sink) => sink.finish?.()));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}

function bytesOf({ line, newline }: LinePlan, arrival: Arrival): Uint8Array | undefined {
  const bytes = line(arrival);
  return bytes === undefined || !newline ? bytes : Buffer.concat([bytes, LINE_END]);
}

const LINE_END = Buffer.from('\n');
