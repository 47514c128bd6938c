import type { Readable } from 'node:stream';

/** Where a secret is typed, or comes from a pipe. */
export interface SecretInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/**
 * Reads one line that nobody shall see: from a terminal without showing it, else as it comes; what
 * is behind the line may be lost.
 *
 * @param show Shows the prompt, and the end of the line; not called where nobody reads it.
 * @returns `undefined` if the input ended, or was given up with Ctrl-C, before a line was complete.
 */
export async function readSecret(
  input: SecretInput,
  prompt: string,
  show: (text: string) => void,
): Promise<string | undefined> {
  const terminal = input.isTTY === true;
  if (terminal) {
    show(prompt);
    input.setRawMode?.(true);
  }
  try {
    return await readLine(input, terminal);
  } finally {
    if (terminal) {
      input.setRawMode?.(false);
      show('\n');
    }
    input.pause();
  }
}

function readLine(input: SecretInput, terminal: boolean): Promise<string | undefined> {
  let line: number[] = [];
  return new Promise((resolve) => {
    const end = (result: string | undefined) => {
      input.off('data', onData);
      input.off('end', onEnd);
      resolve(result);
    };
    const onEnd = () => end(line.length > 0 && !terminal ? text(line) : undefined);
    const onData = (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
          end(text(line));
          return;
        }
        if (terminal && (byte === CTRL_C || byte === CTRL_D)) {
          end(undefined);
          return;
        }
        if (terminal && byte === BACKSPACE) line = withoutLastCharacter(line);
        else line.push(byte);
      }
    };
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}

function withoutLastCharacter(line: readonly number[]): number[] {
  return [...Buffer.from(Array.from(text(line)).slice(0, -1).join(''))];
}

function text(line: readonly number[]): string {
  return Buffer.from(line).toString();
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x7f;
