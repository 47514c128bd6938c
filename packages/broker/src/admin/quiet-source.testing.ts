import type { LogLevel } from '../config/broker-config.js';
import type { AdminSource } from './admin-source.js';

/** A broker that is ready and has no metrics, and whose log has a level that can be changed. */
export function quietSource(): AdminSource {
  let level: LogLevel = 'info';
  return {
    notReady: () => undefined,
    metrics: () => [],
    logLevel: () => level,
    setLogLevel: (wanted) => {
      level = wanted;
    },
  };
}
