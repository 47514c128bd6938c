/** What a collector is for an exporter: OTLP over HTTP, as JSON (OpenTelemetry Protocol, 1.5). */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes: readonly KeyValue[];
  }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** A span as it was sent, decoded. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  /** In ns since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Name and attributes. */
  readonly events: readonly (readonly [name: string, Readonly<Record<string, unknown>>])[];
  readonly status: OtlpSpan['status'];
}

export class Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[] = [];
  readonly services = new Set<unknown>();
  readonly requests: { readonly path: string; readonly headers: NodeJS.Dict<string | string[]> }[] =
    [];
  /** What it answers. */
  status = 200;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(t: TestContext): Promise<Collector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const collector = new Collector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    collector.#serve(server);
    return collector;
  }

  /** Spans of this name, in the order of their begin. */
  named(name: string): ReceivedSpan[] {
    const named = this.spans.filter((span) => span.name === name);
    return named.toSorted((a, b) => Number(a.start - b.start));
  }

  #serve(server: Server): void {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests.push({ path: request.url ?? '', headers: request.headers });
        const body = Buffer.concat(chunks).toString();
        if (this.status === 200) this.#take(JSON.parse(body) as OtlpRequest);
        response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  #take({ resourceSpans }: OtlpRequest): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.services.add(plain(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) this.spans.push(decoded(span));
    }
  }
}

function decoded(span: OtlpSpan): ReceivedSpan {
  const { traceId, spanId, parentSpanId, name, kind, status } = span;
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    status,
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
    attributes: plain(span.attributes),
    events: span.events.map((event) => [event.name, plain(event.attributes)] as const),
  };
}

function plain(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [of] = Object.entries(value);
      return [key, of?.[0] === 'intValue' ? Number(of[1]) : of?.[1]];
    }),
  );
}
