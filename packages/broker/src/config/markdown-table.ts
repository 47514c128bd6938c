import type { z } from 'zod';

/** A table of the keys of a schema: what each wants, and its description. */
export function schemaTable(schema: z.ZodObject): string {
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const rows = Object.entries(shape).map(([key, value]) => {
    return [inCode(key), wantedBy(value), value.description ?? ''];
  });
  return markdownTable(['Key', 'Value', 'Meaning'], rows);
}

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => {
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  };
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function inCode(text: string): string {
  return `\`${text}\``;
}

/** The schema's own words for what it wants: what a message about a bad value would say. */
function wantedBy(schema: z.ZodType): string {
  return schema.safeParse(Symbol('unwanted')).error?.issues[0]?.message ?? '';
}
