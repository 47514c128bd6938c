import { z } from '@hono/zod-openapi';

/** What is answered if something cannot be done. */
export const problem = z
  .object({
    code: z.string().describe('One word for programs'),
    message: z.string().describe('What was wrong, for people'),
  })
  .openapi('Problem');

export type Problem = z.infer<typeof problem>;

/** Statuses with a {@link Problem}, and when. */
const PROBLEMS = {
  400: 'The request is not as it should be',
  401: 'It is not known who asks',
  403: 'Who asks may not',
  404: 'There is no such thing',
  409: 'It cannot be done as things are',
  413: 'The request is too large',
  429: 'Too many tries, or too much at once',
  503: 'The store fails, or is not there',
} as const;

export type ProblemStatus = keyof typeof PROBLEMS;

/** The answers of these statuses, for the OpenAPI document. */
export function problems<const Status extends ProblemStatus>(...statuses: Status[]) {
  const entries = statuses.map((status) => [
    status,
    { description: PROBLEMS[status], content: { 'application/json': { schema: problem } } },
  ]);
  return Object.fromEntries(entries) as Record<
    Status,
    { description: string; content: { 'application/json': { schema: typeof problem } } }
  >;
}
