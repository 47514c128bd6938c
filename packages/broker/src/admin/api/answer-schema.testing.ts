import assert from 'node:assert/strict';
import { z } from 'zod';

/** What of an OpenAPI document is asked for here. */
interface Described {
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface Answered {
  readonly responses: Readonly<Record<string, unknown>>;
}

/**
 * What the document promises of an answer, as a schema that takes nothing else: a field that the
 * document does not have is a fault, too.
 */
export function answerSchema(
  document: Described,
  { responses }: Answered,
  status: number,
): z.ZodType {
  const response = responses[status] as
    | { readonly content?: Readonly<Record<string, { readonly schema: object }>> }
    | undefined;
  const schema = response?.content?.['application/json']?.schema;
  assert.ok(schema, `the document does not describe ${status}`);
  const whole = { $defs: document.components?.schemas ?? {}, ...schema };
  return z.fromJSONSchema(closed(whole) as Parameters<typeof z.fromJSONSchema>[0]);
}

/** References lead to where a JSON schema has its parts, and objects are closed. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] =>
    key === '$ref'
      ? [key, String(inner).replace('#/components/schemas/', '#/$defs/')]
      : [key, closed(inner)],
  );
  const own = Object.fromEntries(entries);
  const isOpen =
    'properties' in own && !('additionalProperties' in own) && own['type'] === 'object';
  return isOpen ? { ...own, additionalProperties: false } : own;
}
