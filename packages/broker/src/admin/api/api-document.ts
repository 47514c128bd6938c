import { silentLogger } from '../../observe/logger.js';
import { apiApp, type ApiParts } from './api-app.js';
import { EventStreams } from './event-stream.js';

/** What is asked for of an OpenAPI document, for who makes a page of it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** The OpenAPI document as the API of this version answers it at `/api/v1/openapi.json`. */
export async function apiDocument(parts: Omit<ApiParts, 'log' | 'streams'>): Promise<ApiDocument> {
  const app = apiApp({ ...parts, log: silentLogger, streams: new EventStreams(parts.clock) });
  const response = await app.request('/openapi.json');
  return (await response.json()) as ApiDocument;
}
