import type { ClientState } from '../model/client-state.js';
import { clientErrorFromWire, toWire, type WireError } from './wire-error.js';

/** A state on its way to another tab. */
export type WireState =
  | Exclude<ClientState, { readonly why: unknown }>
  | { readonly type: 'waiting'; readonly delayMs: number; readonly why: WireError }
  | { readonly type: 'ended'; readonly why: WireError | undefined };

export function stateToWire(state: ClientState): WireState {
  if (state.type === 'waiting') return { ...state, why: toWire(state.why) };
  if (state.type !== 'ended') return state;
  return { type: 'ended', why: state.why === undefined ? undefined : toWire(state.why) };
}

export function stateFromWire(state: WireState): ClientState {
  if (state.type === 'waiting') return { ...state, why: clientErrorFromWire(state.why) };
  if (state.type !== 'ended') return state;
  const why = state.why === undefined ? undefined : clientErrorFromWire(state.why);
  return { type: 'ended', why };
}
