import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminSource } from '../admin-source.js';
import { answers, operation } from '../api/operation.js';

const metricSchema = z
  .object({
    name: z.string(),
    help: z.string(),
    type: z.enum(['counter', 'gauge', 'histogram']),
    suffix: z
      .enum(['_bucket', '_sum', '_count'])
      .optional()
      .describe('Which value of a histogram this is'),
    value: z.number(),
    labels: z.record(z.string(), z.string()).optional(),
  })
  .openapi('Metric');

export type MetricInfo = z.infer<typeof metricSchema>;

/** What `/metrics` tells, as JSON. */
export function metricRoutes(
  app: OpenAPIHono<ApiEnv>,
  { source, access }: { readonly source: AdminSource; readonly access: Access },
): void {
  const snapshot = createRoute({
    ...operation(access, 'viewer', 'Metrics'),
    method: 'get',
    path: '/metrics',
    summary: 'Read all metrics',
    responses: answers(z.array(metricSchema), 'As they are now'),
  });
  app.openapi(snapshot, (context) => context.json({ data: [...source.metrics()] }, 200));
}
