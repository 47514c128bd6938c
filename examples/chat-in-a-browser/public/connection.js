/* global SERVER -- the URL of the broker, put in by the bundler */

/** What tabs and worker share; both must say the same. `id`: of this browser. */
export function connection(id) {
  const options = { clientId: `chat-${id}`, cleanSession: false, keep: true, keepAlive: 120 };
  return { server: SERVER, options };
}
