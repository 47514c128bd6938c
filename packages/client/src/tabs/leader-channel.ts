import type { PortOfHost, PortOfTab, TabPort } from './tab-port.js';

/** What is used of a BroadcastChannel. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

/** Where all tabs without a SharedWorker meet. Makes an end of its own each time. */
export type OpenChannel = () => ChannelLike;

/** All tabs hear all of it: who it is for stands on it. */
type Envelope =
  /** The leader is there. */
  | { readonly type: 'leader'; readonly host: string }
  /** Asks the leader to say so. */
  | { readonly type: 'search' }
  | {
      readonly type: 'to-host';
      readonly host: string;
      readonly tab: string;
      readonly body: unknown;
    }
  | {
      readonly type: 'to-tab';
      readonly host: string;
      readonly tab: string;
      readonly body: unknown;
    };

function send(channel: ChannelLike, envelope: Envelope): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no such
  channel.postMessage(envelope);
}

/**
 * Listens as the leader: tells the tabs that it is there, and makes a port of each that says
 * something. @returns A function that ends it.
 */
export function hostOnChannel(
  open: OpenChannel,
  host: string,
  accept: (port: PortOfHost) => void,
): () => void {
  const channel = open();
  const tabs = new Map<string, (body: unknown) => void>();
  const announce = () => send(channel, { type: 'leader', host });
  channel.addEventListener('message', ({ data }) => {
    const envelope = data as Envelope;
    if (envelope.type === 'search') announce();
    if (envelope.type !== 'to-host' || envelope.host !== host) return;
    const { tab, body } = envelope;
    if (!tabs.has(tab)) {
      accept({
        post: (body) => send(channel, { type: 'to-tab', host, tab, body }),
        listen: (receive) => void tabs.set(tab, receive as (body: unknown) => void),
        close: () => void tabs.delete(tab),
      });
    }
    tabs.get(tab)?.(body);
  });
  announce();
  return () => channel.close();
}

/**
 * Listens as a tab: makes a port to each leader that shows up. @returns A function that ends it.
 */
export function tabOnChannel(
  open: OpenChannel,
  tab: string,
  join: (port: PortOfTab) => void,
): () => void {
  const channel = open();
  let current: string | undefined;
  let receive: ((body: unknown) => void) | undefined;
  const portTo = (host: string): TabPort<unknown, unknown> => ({
    post: (body) => send(channel, { type: 'to-host', host, tab, body }),
    listen: (listener) => {
      receive = listener;
    },
    close: () => {},
  });
  channel.addEventListener('message', ({ data }) => {
    const envelope = data as Envelope;
    if (envelope.type === 'leader' && envelope.host !== current) {
      current = envelope.host;
      join(portTo(current) as PortOfTab);
    } else if (envelope.type === 'to-tab' && envelope.tab === tab && envelope.host === current) {
      receive?.(envelope.body);
    }
  });
  send(channel, { type: 'search' });
  return () => channel.close();
}
