import type { Broker, Logger } from '@magpie/broker';
import type { OtlpConfig } from '@magpie/broker/server';
import { optional } from './optional-package.js';
import { ServeFailure } from './serve-failure.js';

/**
 * Begins to hand the way of messages to a collector, if the configuration names one. If it cannot,
 * the broker is closed.
 *
 * @throws {ServeFailure} if the package for it is not installed, or the broker has no room for the
 * trace that it takes.
 */
export async function openOtlp(
  config: OtlpConfig | undefined,
  broker: Broker,
  log: Logger,
): Promise<{ close(): Promise<void> } | undefined> {
  if (config === undefined) return undefined;
  const { topic, ...options } = config;
  try {
    const { OtlpExport } = await optional('@magpie/otlp', 'otlp', () => import('@magpie/otlp'));
    return new OtlpExport(broker, {
      ...options,
      ...(topic !== undefined && { topic }),
      onProblem: ({ error }) => tell(error, log),
    });
  } catch (error) {
    await broker.close();
    if (error instanceof ServeFailure) throw error;
    throw new ServeFailure(`otlp: ${(error as Error).message}`, { cause: error });
  }
}

function tell(error: Error | undefined, log: Logger): void {
  if (error === undefined) {
    log.info({ event: 'otlp-recovered' }, 'the collector takes spans again');
    return;
  }
  log.warn({ event: 'otlp-failed', why: error.message }, 'the collector does not take spans');
}
