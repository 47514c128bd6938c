import { generatedFrom, markdownTable } from './markdown.js';

/** What the page shows of a fault; PROTOCOL_FAULTS of @magpie/protocol is a table of these. */
export interface FaultSpec {
  readonly reason: number;
  readonly text: string;
}

/**
 * docs/errors.md: every way a peer can break MQTT or be refused.
 *
 * @param connackCode the return code with which CONNACK of MQTT 3.1.1 names a fault, if it can
 */
export function errorsPage(
  faults: Readonly<Record<string, FaultSpec>>,
  connackCode: (fault: string) => number | undefined,
): string {
  const rows = Object.entries(faults).map(([fault, { reason, text }]) => [
    `\`${fault}\``,
    text,
    connackCode(fault)?.toString() ?? '–',
    `0x${reason.toString(16)}`,
  ]);
  const head = ['Fault', 'Meaning', 'CONNACK code (MQTT 3.1.1)', 'Reason code (MQTT 5)'];
  return `${generatedFrom('packages/protocol/src/faults.ts')}

# Protocol faults

Every way a client can break MQTT or be refused. A fault costs its connection and nothing else; the
log line of the closed connection names it, with the clause of the standard where there is one.
MQTT 3.1.1 can say why only in CONNACK: with any other fault the server just closes the connection.

${markdownTable(head, rows)}
`;
}
