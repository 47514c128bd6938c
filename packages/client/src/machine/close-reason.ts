import { CLIENT_ERRORS, ClientError } from '../errors.js';

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
  // Somebody is there, but none who would answer a CONNECT.
  const advice = error === undefined ? CLIENT_ERRORS['connect-timeout'] : undefined;
  return new ClientError('unreachable', `Cannot connect to ${server} (${why})`, error, advice);
}
