import assert from 'node:assert/strict';
import type { Metric } from './admin-source.js';

/** The content type of {@link metricsText}. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Metrics in the text format of Prometheus (version 0.0.4): help and type once per name, then a
 * line per value. Names come from our own tables, so a bad one is a bug; label values may be
 * anything.
 */
export function metricsText(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  let current: string | undefined;
  for (const { name, help, type, suffix = '', value, labels } of metrics) {
    if (name !== current) {
      assert(METRIC_NAME.test(name), `metric name ${name}`);
      assert(!seen.has(name), `values of metric ${name} do not stand together`);
      seen.add(name);
      current = name;
      lines.push(`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${type}`);
    }
    lines.push(`${name}${suffix}${labelText(labels)} ${numberText(value)}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function labelText(labels: Metric['labels']): string {
  const pairs = Object.entries(labels ?? {});
  if (pairs.length === 0) return '';
  const texts = pairs.map(([name, value]) => {
    assert(LABEL_NAME.test(name), `label name ${name}`);
    return `${name}="${escapedLabel(value)}"`;
  });
  return `{${texts.join(',')}}`;
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapedLabel(text: string): string {
  return escapedHelp(text).replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
