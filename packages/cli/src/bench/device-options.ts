import { type ClientOptions, MemoryOutbox } from '@magpie/client';
import type { SessionPlan } from './load-plan.js';

/** What a device has for itself of a client's options. @param own Puts its names into a text. */
export function deviceOptions(
  session: SessionPlan | undefined,
  own: (template: string) => string,
): ClientOptions {
  if (session === undefined) return {};
  const { clean, keepAlive, username, password } = session;
  return {
    cleanSession: clean,
    // What is not acknowledged when the connection breaks is sent again with the next one.
    ...(clean ? {} : { outbox: new MemoryOutbox() }),
    ...(keepAlive === undefined ? {} : { keepAlive }),
    ...(username === undefined ? {} : { username: own(username) }),
    ...(password === undefined ? {} : { password: own(password) }),
  };
}
