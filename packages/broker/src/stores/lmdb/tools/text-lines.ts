import { isUtf8 } from 'node:buffer';

/**
 * Lines of a text that comes in pieces. The last one need not end.
 *
 * @throws {Error} naming the line that is not UTF-8.
 */
export async function* textLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  /** Of the line that has begun. */
  let parts: Buffer[] = [];
  let number = 1;
  const take = () => {
    const bytes = Buffer.concat(parts);
    parts = [];
    if (!isUtf8(bytes)) throw new Error(`Line ${number}: it is not UTF-8`);
    number++;
    return bytes.toString();
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (parts.length > 0) yield take();
}

const NEWLINE = 10;
