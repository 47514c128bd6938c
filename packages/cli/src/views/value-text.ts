import { type Arrival, bufferOf, type MessageLine } from '../mqtt/message-line.js';
import { safeText } from '../safe-log-line.js';

/** What is shown of a message in one line. */
export type ValueText = (arrival: Arrival) => string;

/**
 * One line of what a format makes of a message: line ends are blanks, control characters can be
 * seen, bytes that are no text are hex, and it has an end.
 *
 * @throws {FormatError} if the format cannot show the message.
 */
export function valueText(line: MessageLine): ValueText {
  return (arrival) => {
    const bytes = line(arrival);
    if (bytes === undefined || bytes.length === 0) return '(empty)';
    const shown = bytes.subarray(0, SHOWN_BYTES_MAX);
    return safeText(
      textOf(shown)
        .trim()
        .replaceAll(/\s*[\r\n]\s*/g, ' '),
    );
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    // A stream: a character that was cut at the end is no mistake.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes, { stream: true });
  } catch {
    return bufferOf(bytes).toString('hex');
  }
}

/** More than a line of a terminal has room for. */
const SHOWN_BYTES_MAX = 1024;
