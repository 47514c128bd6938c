import { ClientError } from '../errors.js';

/**
 * What is told of a connection that has ended.
 *
 * @param error What the system says; a {@link ClientError} says it better.
 */
export function closeReason(
  error: Error | undefined,
  wasConnected: boolean,
  server: string,
): ClientError {
  if (error instanceof ClientError) return error;
  if (wasConnected) {
    return new ClientError('connection-lost', `The connection to ${server} was lost`, error);
  }
  const why = error === undefined ? 'it closed the connection' : error.message;
  return new ClientError('unreachable', `Cannot connect to ${server} (${why})`, error);
}
