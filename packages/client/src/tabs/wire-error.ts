import { CLIENT_ERRORS, ClientError, type ClientErrorCode } from '../errors.js';

/** An error on its way to another tab: errors themselves arrive without what was added to them. */
export interface WireError {
  /** `undefined`: it is none of the client's, but a fault of the caller. */
  readonly code: ClientErrorCode | undefined;
  readonly message: string;
  readonly advice: string;
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof ClientError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: undefined, message, advice: '' };
  }
  const { code, message, advice } = error;
  return { code, message, advice };
}

export function fromWire({ code, message, advice }: WireError): Error {
  if (code === undefined || !Object.hasOwn(CLIENT_ERRORS, code)) return new TypeError(message);
  const what = message.slice(0, message.length - advice.length - ADVICE_MARK.length);
  return new ClientError(code, what, undefined, advice);
}

/** As a fault of the connection that all tabs share. */
export function clientErrorFromWire(error: WireError): ClientError {
  const read = fromWire(error);
  return read instanceof ClientError ? read : new ClientError('unreachable', read.message);
}

/** Between what happened and the advice. */
const ADVICE_MARK = ': ';
