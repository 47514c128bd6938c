import type { Logger } from '../observe/logger.js';

/**
 * A connection could not be accepted, for want of file descriptors or memory: it is lost, and the
 * listener goes on. Told with the others of its kind, as often as a flood may.
 */
export function acceptFailed(log: Logger, error: Error): void {
  log.warn(
    { event: 'accept-failed', err: error },
    `a connection cannot be accepted: ${error.message}`,
  );
}
