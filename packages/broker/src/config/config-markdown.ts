import type { z } from 'zod';
import { LIMITS } from '../model/limits.js';
import {
  authenticationSchema,
  httpSchema,
  logSchema,
  storageSchema,
  tcpListenerSchema,
  webSocketListenerSchema,
} from './config-schema.js';
import { NOT_YET, RELEASE } from './not-yet.js';
import { optionEntries } from './options.js';

/** The page docs/configuration.md: everything in it comes from the tables that the program itself reads. */
export function configurationMarkdown(): string {
  const blocks = [
    INTRODUCTION,
    '## Flags and environment',
    FLAGS_NOTE,
    optionTable(),
    '## magpie.yaml',
    FILE_NOTE,
    EXAMPLE,
    '### listeners',
    'A list. Without it there is one listener of each type with its defaults.',
    schemaTable(tcpListenerSchema),
    schemaTable(webSocketListenerSchema),
    '### http',
    HTTP_NOTE,
    schemaTable(httpSchema),
    '### storage',
    schemaTable(storageSchema),
    '### authentication',
    AUTHENTICATION_NOTE,
    schemaTable(authenticationSchema),
    '### log',
    schemaTable(logSchema),
    '### limits',
    LIMITS_NOTE,
    limitTable(),
    '## Not available yet',
    `Magpie ${RELEASE} refuses these by name, because starting without them would promise what is not `
      + 'kept.',
    table(['Setting', 'What holds instead'], Object.entries(NOT_YET).map(([key, instead]) => {
      return [code(key), instead];
    })),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

<!-- Generated from the tables in packages/broker/src/config and packages/broker/src/model/limits.ts. -->

\`magpie broker\` needs no configuration. What is given comes from four places: a flag beats the
environment, which beats the file, which beats the default. Everything that is wrong is reported at
once, and nothing is started then: exit code 2 if a flag was wrong, 1 for anything else.

\`magpie config check [FILE]\` reports what \`magpie broker --config FILE\` would find wrong.`;

const FLAGS_NOTE = `A variable is its flag in capitals. Switches are \`true\` or \`false\` in the environment;
an empty variable counts as not set.`;

const FILE_NOTE = `The file \`magpie.yaml\` of the working directory is read if it is there; \`--config\` names
another one. Unknown keys and bad values are reported with line and column. A port from a flag or the
environment changes the listener of its type, or adds one where the file has none; a host changes all
listeners.`;

const EXAMPLE = `\`\`\`yaml
listeners:
  - { type: tcp, host: 0.0.0.0, port: 1883 }
  - { type: ws, host: 0.0.0.0, port: 8083, path: /mqtt }
http: { port: 18083 }
storage: { memory: true }
authentication: { anonymous: true }
limits: { queuedMessagesMax: 200000 }
log: { level: info }
\`\`\``;

const HTTP_NOTE = `Health (\`/health/live\`, \`/health/ready\`) and metrics (\`/metrics\`). Without the section the
port is open with its defaults; \`--no-http\` closes it.`;

const AUTHENTICATION_NOTE = `While no authentication is configured, only loopback addresses (\`127.0.0.1\`,
\`::1\`, \`localhost\`) are listened on. A public address needs \`anonymous: true\` or
\`--allow-anonymous\`.`;

const LIMITS_NOTE = `Everything that a client can make grow has a limit. Each can also be set by
\`--limit NAME=VALUE\`.`;

function optionTable(): string {
  const rows = optionEntries()
    .filter(([, { kind }]) => kind !== 'not-yet')
    .map(([, { flag, value, env, path, doc, default: fallback }]) => [
      code(value === undefined ? flag : `${flag} ${value}`),
      code(env),
      path === undefined ? '' : code(path),
      fallback,
      doc,
    ]);
  return table(['Flag', 'Variable', 'In magpie.yaml', 'Default', 'Meaning'], rows);
}

function schemaTable(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([key, value]) => [
    code(key),
    wantedBy(value),
    (value as z.ZodType).description ?? '',
  ]);
  return table(['Key', 'Value', 'Meaning'], rows);
}

/** The schema's own words for what it wants: what a message about a bad value would say. */
function wantedBy(schema: z.core.$ZodType): string {
  return (schema as z.ZodType).safeParse(Symbol('unwanted')).error?.issues[0]?.message ?? '';
}

function limitTable(): string {
  const rows = Object.entries(LIMITS).map(([name, spec]) => {
    const range = 'values' in spec ? spec.values.join(', ') : `${spec.min} to ${spec.max}`;
    return [code(name), spec.unit, String(spec.default), range, spec.doc, spec.policy];
  });
  return table(['Limit', 'Unit', 'Default', 'Range', 'Meaning', 'When it is reached'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => {
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  };
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
