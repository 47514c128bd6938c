interface NumberRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** The numbers of a trace, and what they may be. */
export const TRACE_NUMBERS = {
  sample: { default: 1, min: 1, max: 1_000_000 },
  durationMs: { default: 300_000, min: 1000, max: 86_400_000 },
  messagesMax: { default: 1000, min: 1, max: 1_000_000 },
  messagesPerSecondMax: { default: 100, min: 1, max: 10_000 },
  subscribersMax: { default: 20, min: 0, max: 1000 },
  payloadBytes: { default: 0, min: 0, max: 4096 },
} as const satisfies Readonly<Record<string, NumberRange>>;
