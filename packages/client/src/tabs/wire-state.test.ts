import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import type { ClientState } from '../model/client-state.js';
import { stateFromWire, stateToWire } from './wire-state.js';

const why = new ClientError('connection-lost', 'x');
const states: readonly ClientState[] = [
  { type: 'idle' },
  { type: 'connecting', server: 'a', attempt: 3 },
  { type: 'connected', server: 'a', sessionPresent: true },
  { type: 'waiting', delayMs: 7, why },
  { type: 'ending' },
  { type: 'ended', why },
  { type: 'ended', why: undefined },
];
for (const state of states) {
  const of = 'why' in state ? ` ${state.why?.code ?? 'without a reason'}` : '';
  test(`stateFromWire() reads what stateToWire() wrote: ${state.type}${of}`, () => {
    const read = stateFromWire(structuredClone(stateToWire(state)));
    assert.deepEqual({ ...read, why: undefined }, { ...state, why: undefined });
    const [is, should] = [read, state].map((one) => ('why' in one ? one.why?.message : undefined));
    assert.equal(is, should);
    if ('why' in read && read.why !== undefined) assert.ok(read.why instanceof ClientError);
  });
}
