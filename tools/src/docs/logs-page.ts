import type { LogEventSpec, LogFieldSpec } from '@magpie/broker/server';
import { generatedFrom, markdownTable } from './markdown.js';

/** docs/logs.md: every line that the broker logs. */
export function logsPage(
  events: Readonly<Record<string, LogEventSpec>>,
  fields: Readonly<Record<string, LogFieldSpec>>,
): string {
  const eventRows = Object.entries(events).map(([name, spec]) => [
    `\`${name}\``,
    spec.level,
    spec.act === undefined ? spec.doc : `${spec.doc}. *To do:* ${spec.act}`,
    [...spec.fields.map(inCode), ...(spec.optional ?? []).map((one) => `${inCode(one)}?`)].join(
      ' ',
    ),
  ]);
  const fieldRows = Object.entries(fields).map(([name, { kind, doc }]) => [
    inCode(name),
    kind,
    doc,
  ]);
  return `${generatedFrom('packages/broker/src/observe/log-events.ts')}

# The log

\`magpie broker\` writes to standard output: at a terminal lines for people, else one JSON object a
line, with \`level\`, \`time\` (ISO 8601, UTC), \`event\`, the fields of that event, and \`msg\`, a
sentence for people. Filter and count by \`event\`: it and its fields are kept stable; the sentence
may change.

- What a peer sent – client identifiers, topics, user names – is cut where it is long, and its
  control characters are escaped: no line can be forged, and no terminal be steered.
- Of one event at most 100 lines a second are written (but all of level \`info\`); then one says
  how many there were more (\`leftOut\`).
- Passwords and payloads are in no line.
- \`--log-level\`, or \`log.level\` in magpie.yaml, says from which level on lines are written:
  \`debug\`, \`info\` (the default), \`warn\` or \`error\`.

## Events

A field with a question mark is not in every line.

${markdownTable(['Event', 'Level', 'Meaning', 'Fields'], eventRows)}

## Fields

${markdownTable(['Field', 'Kind', 'Meaning'], fieldRows)}
`;
}

function inCode(text: string): string {
  return `\`${text}\``;
}
