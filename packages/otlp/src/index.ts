/** The door of @magpie/otlp: the way of messages as OpenTelemetry spans. */

export { type ExportProblem, OtlpExport, type OtlpOptions } from './otlp-export.js';
