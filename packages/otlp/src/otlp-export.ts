import type { TraceList, TraceOptions, TraceView } from '@magpie/broker';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { MessageSpans } from './message-spans.js';
import { ReportingExporter } from './reporting-exporter.js';

export interface OtlpOptions {
  /**
   * Of the collector: `http://collector:4318`, or with the path if it is not `/v1/traces`. Spans go
   * there as JSON.
   */
  readonly url: string;
  /** Sent with each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** One message in so many: 1 to 1,000,000, by default 100. */
  readonly sample?: number;
  /** Only messages whose topic matches. */
  readonly topic?: string;
  /** `service.name` of the spans, by default `magpie`. */
  readonly serviceName?: string;
  /** Told when spans cannot be handed over, and when they can again. */
  readonly onProblem?: (problem: ExportProblem) => void;
}

/** `error` is `undefined` where spans are handed over again. */
export interface ExportProblem {
  readonly error: Error | undefined;
}

/**
 * Hands the way of messages to an OpenTelemetry collector, as long as the broker runs. It is a
 * trace of the broker like others, so it counts to `tracesMax`; what it takes is bounded: 1000
 * messages in a second, and 2048 spans that wait for the collector.
 */
export class OtlpExport implements AsyncDisposable {
  readonly #traces: TraceList;
  readonly #order: TraceOptions;
  readonly #provider: BasicTracerProvider;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #trace: TraceView;

  /**
   * @throws {TypeError} if the address or the topic filter is none.
   * @throws {RangeError} if `sample` is out of range.
   * @throws {TooManyTraces} if the broker has no room for a trace.
   */
  constructor(broker: { readonly traces: TraceList }, options: OtlpOptions) {
    const { sample = 100, topic, onProblem = () => {} } = options;
    const url = tracesUrl(options.url);
    this.#traces = broker.traces;
    this.#order = { ...LONGEST, sample, ...(topic !== undefined && { topic }) };
    this.#trace = this.#traces.start(this.#order);
    const { headers = {} } = options;
    const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: PATIENCE_MS });
    const reporting = new ReportingExporter(exporter, (error) => onProblem({ error }));
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': options.serviceName ?? 'magpie' }),
      spanProcessors: [new BatchSpanProcessor(reporting)],
    });
    this.#done = this.#run(onProblem);
  }

  /** Hands over what there is, for at most some seconds, and ends. Once is enough. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await this.#provider.shutdown().catch(() => {}); // told already
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One trace after the other, since each has an end. */
  async #run(onProblem: (problem: ExportProblem) => void): Promise<void> {
    for (;;) {
      await this.#follow(this.#trace);
      if (this.#stop.signal.aborted || this.#trace.ended === 'broker-closed') return;
      try {
        this.#trace = this.#traces.start(this.#order);
      } catch (error) {
        onProblem({ error: error as Error });
        return;
      }
    }
  }

  async #follow(trace: TraceView): Promise<void> {
    const spans = new MessageSpans(this.#provider.getTracer('@magpie/otlp'));
    let lastMs = trace.startedAtMs;
    for await (const { stations } of trace.follow(0, this.#stop.signal)) {
      for (const station of stations) spans.take(station);
      lastMs = stations.at(-1)?.atMs ?? lastMs;
    }
    spans.end(lastMs);
    this.#traces.remove(trace.id);
  }
}

/** @throws {TypeError} if it is no address of the web. */
function tracesUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError(`The address of a collector is a URL with http or https: it is '${text}'`);
  }
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}

/** A day, and as many messages as a trace can have. */
const LONGEST = {
  durationMs: 86_400_000,
  messagesMax: 1_000_000,
  messagesPerSecondMax: 1000,
} as const satisfies TraceOptions;

/** How long the collector may take for one request, tries included. */
const PATIENCE_MS = 5000;
