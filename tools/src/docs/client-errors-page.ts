import type { ClientErrorMeaning } from './client-error-meanings.js';
import { generatedFrom, markdownTable } from './markdown.js';

/** What the page shows of one answer to CONNECT; ConnectRefusedError is one. */
export interface RefusalSpec {
  readonly returnCode: number;
  readonly message: string;
  readonly permanent: boolean;
}

/**
 * docs/client-errors.md: every way in which a client can fail, and what to try.
 *
 * @param advice by code
 * @param meanings of the same codes
 */
export function clientErrorsPage<Code extends string>(
  advice: Readonly<Record<Code, string>>,
  meanings: Readonly<Record<Code, ClientErrorMeaning>>,
  refusals: readonly RefusalSpec[],
): string {
  const codes = Object.keys(advice) as Code[];
  const rows = codes.map((code) => {
    const { meaning, told, reaction } = meanings[code];
    return [`\`${code}\``, meaning, told, reaction, advice[code]];
  });
  const head = ['Code', 'What happened', 'Told by', 'What the client does', 'What to try'];
  const answers = refusals.map(({ returnCode, message, permanent }) => [
    String(returnCode),
    message,
    permanent ? 'yes' : 'no',
  ]);
  const source = 'packages/client/src/errors.ts and tools/src/docs/client-error-meanings.ts';
  return `${generatedFrom(source)}

# Errors of the client

Whatever the network, the server or a full outbox does to \`@magpie/client\` is a \`ClientError\`.
It has a \`code\`; \`advice\`, what to try; a message with what happened and the advice; and often
a \`cause\`, which is what the system said. Look at the code, not at the message: words may change.
Some cases have an advice of their own that fits better than the one of the table.

An \`error\` event that nobody listens to is no harm, and neither is a publish that nobody
waits for.

## Codes

${markdownTable(head, rows)}

## Return codes

A server that refuses CONNECT says why by a number (MQTT 3.1.1, 3.2.2.3). It is the \`returnCode\`
of a \`ConnectRefusedError\`, whose code is \`connect-refused\`. One that is permanent will
come again for the same CONNECT.

${markdownTable(['Return code', 'Message', 'Permanent'], answers)}

## What is no ClientError

- \`TypeError\` and \`RangeError\`: a fault of the program, such as a topic with a wildcard, a URL
  of another scheme or a limit out of its range. The message says what is wanted and what is given.
- The reason of a \`signal\` that was aborted.
- \`BatchFormatError\` of \`unpackBatch\`: a payload is no batch.
`;
}
