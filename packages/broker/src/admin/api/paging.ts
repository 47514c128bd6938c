import { setImmediate } from 'node:timers/promises';
import { z } from '@hono/zod-openapi';

/** Which part of a list is wanted. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1).openapi({ example: 1 }),
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ example: 100 }),
});

/** Where in a list an answer stands. */
export const pageMeta = z
  .object({
    page: z.int().describe('Of the first page: 1'),
    limit: z.int().describe('Entries of a page'),
    count: z.int().describe('Entries of the whole list'),
    hasnext: z.boolean().describe('Whether there is another page'),
  })
  .openapi('PageMeta');

export type PageMeta = z.infer<typeof pageMeta>;

export interface Page<T> {
  readonly data: T[];
  readonly meta: PageMeta;
}

/**
 * Takes one page of a list that may be long, without stalling anybody: after so many entries it
 * waits for the other work of the process. Nothing is kept but the page itself.
 *
 * @param wanted Which entries count.
 * @param row What is shown of one; called for those of the page alone.
 */
export async function pageOf<T, Row>(
  list: Iterable<T>,
  { page, limit }: { readonly page: number; readonly limit: number },
  wanted: (entry: T) => boolean,
  row: (entry: T) => Row,
): Promise<Page<Row>> {
  const data: Row[] = [];
  const from = (page - 1) * limit;
  const steps = new Steps();
  let count = 0;
  for (const entry of list) {
    if (wanted(entry)) {
      if (count >= from && data.length < limit) data.push(row(entry));
      count++;
    }
    if (steps.next()) await steps.rest();
  }
  return { data, meta: { page, limit, count, hasnext: from + limit < count } };
}

/**
 * The same of a list of which every entry counts, and whose length is known: what comes behind the
 * page is not looked at.
 */
export async function pageOfAll<T, Row>(
  list: Iterable<T>,
  count: number,
  { page, limit }: { readonly page: number; readonly limit: number },
  row: (entry: T) => Row,
): Promise<Page<Row>> {
  const data: Row[] = [];
  const from = (page - 1) * limit;
  const end = Math.min(from + limit, count);
  const steps = new Steps();
  let at = 0;
  if (from < end) {
    for (const entry of list) {
      if (at >= from) data.push(row(entry));
      if (++at >= end) break;
      if (steps.next()) await steps.rest();
    }
  }
  return { data, meta: { page, limit, count, hasnext: end < count } };
}

/** Counts the steps of a long walk, so that others have their turn in between. */
export class Steps {
  #left = STEPS_AT_ONCE;

  /** @returns Whether it is time to {@link rest}. */
  next(): boolean {
    return --this.#left <= 0;
  }

  /** Lets the other work of the process go on. */
  async rest(): Promise<void> {
    this.#left = STEPS_AT_ONCE;
    await setImmediate();
  }
}

/** Well below a millisecond, but for code that runs for the first time. */
export const STEPS_AT_ONCE = 250;
