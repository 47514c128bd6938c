import { LOG_EVENTS, type LogEventSpec } from './log-events.js';
import { LOG_FIELDS, type LogFieldName, type LogFieldSpec } from './log-fields.js';

/**
 * What a line of the log says that docs/logs.md does not: the types of the fields cannot see what
 * is spread into them.
 *
 * @param fields Without what the writer of the line adds: `level`, `time`, `msg`.
 */
export function logLineProblem(
  level: string,
  fields: Readonly<Record<string, unknown>>,
): string | undefined {
  const name = String(fields['event']);
  const events: Readonly<Record<string, LogEventSpec>> = LOG_EVENTS;
  const spec = events[name];
  if (spec === undefined) return `there is no event ${name}`;
  if (spec.level !== level) return `${name} is told as ${level}, not as ${spec.level}`;
  if ('leftOut' in fields) return undefined;
  const present = Object.keys(fields).filter(
    (field) => field !== 'event' && fields[field] !== undefined,
  );
  const known: readonly string[] = [...spec.fields, ...(spec.optional ?? [])];
  const unknown = present.find((field) => !known.includes(field));
  if (unknown !== undefined) return `${name} has a field ${unknown} that is not listed`;
  const missing = spec.fields.find((field) => !present.includes(field));
  if (missing !== undefined) return `${name} has no field ${missing}`;
  const wrong = present.find((field) => !isOfKind(field as LogFieldName, fields[field]));
  return wrong && `${name} has a field ${wrong} of another kind`;
}

function isOfKind(field: LogFieldName, value: unknown): boolean {
  const { kind }: LogFieldSpec = LOG_FIELDS[field];
  if (kind === 'error') return true; // whatever was thrown
  return typeof value === { text: 'string', number: 'number', flag: 'boolean' }[kind];
}
