import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/**
 * Tells when spans cannot be handed over, and when they can again: once each time. The library
 * itself says it only to a logger that the whole process shares.
 */
export class ReportingExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #onChange: (error: Error | undefined) => void;
  #fails = false;

  /** @param onChange Told the error; `undefined`: it works again. */
  constructor(inner: SpanExporter, onChange: (error: Error | undefined) => void) {
    this.#inner = inner;
    this.#onChange = onChange;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#inner.export(spans, (result) => {
      const fails = result.code !== ExportResultCode.SUCCESS;
      if (fails !== this.#fails) {
        this.#fails = fails;
        this.#onChange(fails ? (result.error ?? new Error('it was refused')) : undefined);
      }
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }
}
