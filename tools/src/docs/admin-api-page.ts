import { generatedFrom, markdownTable } from './markdown.js';

/** What of an OpenAPI 3.1 document stands on the page. */
export interface DocumentedApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
  readonly 'x-role'?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

/** docs/admin-api.md: every operation of the HTTP API, and the shapes that it takes and gives. */
export function adminApiPage({ paths, components }: DocumentedApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      return { name: `${method.toUpperCase()} ${path}`, ...(operation as Operation) };
    }),
  );
  const tags = [...new Set(operations.flatMap(({ tags: own = [] }) => own))].toSorted();
  const chapters = tags.map((tag) => {
    const own = operations.filter(({ tags: all = [] }) => all.includes(tag));
    const sections = own.map(({ name, ...operation }) => section(name, operation));
    return `## ${tag}\n\n${sections.join('\n')}`;
  });
  const shapes = Object.entries(components.schemas)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) => `### ${name} (shape)\n\n${shape(schema as Schema)}`);
  return `${generatedFrom('packages/broker/src/admin/routes')}

# The HTTP API

Below \`/api/v1\` of the HTTP port. [Looking at a running broker](guides/administration.md) says
who may ask and how; \`/api/v1/openapi.json\` is the same as this page, for programs. An answer is
\`{data}\`, a page of a list \`{data, meta}\`, and what cannot be done a [Problem](#problem-shape).

${chapters.join('\n')}
## Shapes

${shapes.join('\n')}`;
}

function section(name: string, operation: Omit<Operation, 'tags'>): string {
  const { summary = '', parameters = [], requestBody, responses, 'x-role': role } = operation;
  const lines = [
    `### \`${name}\``,
    '',
    `${sentence(summary)}${role === undefined ? '' : ` Role: ${role}.`}`,
  ];
  if (parameters.length > 0) {
    const rows = parameters.map((one) => [
      `\`${one.name}\``,
      one.in,
      `${typeText(one.schema)}${one.required === true ? '' : defaultText(one.schema)}`,
      one.description ?? one.schema.description ?? '',
    ]);
    lines.push('', markdownTable(['Parameter', 'In', 'Type', 'Meaning'], rows));
  }
  const body = schemaOf(requestBody);
  if (body !== undefined) lines.push('', `Body: ${typeText(body)}.`);
  const { 200: good, ...others } = responses;
  const answer = schemaOf(good);
  const what = answer === undefined ? '' : `: ${typeText(answer)}`;
  lines.push('', `Answers 200${what}. ${sentence(good?.description ?? '')}`);
  lines.push('', `Or: ${Object.keys(others).join(', ')}.`, '');
  return lines.join('\n');
}

function sentence(text: string): string {
  return text.endsWith('.') || text.endsWith('?') ? text : `${text}.`;
}

function schemaOf(content: Content | undefined): Schema | undefined {
  return Object.values(content?.content ?? {})[0]?.schema;
}

function shape(schema: Schema): string {
  const { properties, required = [] } = schema;
  if (properties === undefined) return `${typeText(schema)}\n`;
  const rows = Object.entries(properties).map(([name, one]) => [
    `\`${name}\``,
    `${typeText(one)}${required.includes(name) ? '' : defaultText(one)}`,
    one.description ?? '',
  ]);
  return `${markdownTable(['Field', 'Type', 'Meaning'], rows)}\n`;
}

function defaultText({ default: value }: Schema): string {
  return value === undefined ? ', optional' : `, by default \`${JSON.stringify(value)}\``;
}

/** A type in words: `integer 0 to 2 or null`, `Client[]`. */
function typeText(schema: Schema): string {
  const { $ref, enum: values, items, properties, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `[${name}](#${name.toLowerCase()}-shape)`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  const several = anyOf ?? oneOf ?? allOf;
  if (several !== undefined) return several.map(typeText).join(' or ');
  if (items !== undefined) return `list of ${typeText(items)}`;
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, one]) => `${name}: ${typeText(one)}`);
    return `{ ${fields.join(', ')} }`;
  }
  const names = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['any']);
  return `${names.join(' or ')}${rangeText(schema)}`;
}

function rangeText({ minimum, maximum, format }: Schema): string {
  if (format !== undefined) return ` (${format})`;
  if (minimum === undefined) return '';
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  if (minimum === -Number.MAX_SAFE_INTEGER) return '';
  return isOpen ? ` from ${minimum}` : ` ${minimum} to ${maximum}`;
}
