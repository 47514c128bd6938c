import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { ReportingExporter } from './reporting-exporter.js';

test('ReportingExporter tells a failure once, and once that it is over', async () => {
  const { SUCCESS, FAILED } = ExportResultCode;
  const results = [SUCCESS, FAILED, FAILED, SUCCESS, FAILED];
  const calls: string[] = [];
  const inner: SpanExporter = {
    export: (_spans, done) => {
      const code = results.shift() ?? SUCCESS;
      done(code === SUCCESS ? { code } : { code, error: new Error('refused') });
    },
    shutdown: async () => void calls.push('shutdown'),
    forceFlush: async () => void calls.push('flush'),
  };
  const told: (string | undefined)[] = [];
  const exporter = new ReportingExporter(inner, (error) => told.push(error?.message));
  const codes: ExportResultCode[] = [];
  for (let count = 0; count < 5; count++) exporter.export([], ({ code }) => codes.push(code));
  assert.deepEqual(codes, [SUCCESS, FAILED, FAILED, SUCCESS, FAILED]);
  assert.deepEqual(told, ['refused', undefined, 'refused']);
  await exporter.forceFlush();
  await exporter.shutdown();
  assert.deepEqual(calls, ['flush', 'shutdown']);
});

test('ReportingExporter has an error also where the library has none', () => {
  const inner: SpanExporter = {
    export: (_spans, done) => done({ code: ExportResultCode.FAILED }),
    shutdown: async () => {},
  };
  const told: unknown[] = [];
  new ReportingExporter(inner, (error) => told.push(error?.message)).export([], () => {});
  assert.deepEqual(told, ['it was refused']);
});
