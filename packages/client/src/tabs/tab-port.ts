import type { HostReply, TabRequest } from './tab-messages.js';

/** One end of the way between a tab and its host. */
export interface TabPort<Out, In> {
  post(message: Out): void;
  /** Called once, by the one who reads. */
  listen(receive: (message: In) => void): void;
  close(): void;
}

/** The end of a tab. */
export type PortOfTab = TabPort<TabRequest, HostReply>;
/** The end of a host. */
export type PortOfHost = TabPort<HostReply, TabRequest>;

/** What is used of a MessagePort. */
export interface MessagePortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** The port of a SharedWorker, either end. */
export function workerPort<Out, In>(port: MessagePortLike): TabPort<Out, In> {
  return {
    post: (message) => port.postMessage(message),
    listen(receive) {
      port.addEventListener('message', ({ data }) => receive(data as In));
      port.start();
    },
    close: () => port.close(),
  };
}
