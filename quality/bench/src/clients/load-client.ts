import type { QoS } from '@magpie/protocol';

/** What a client library does while it is measured. */
export interface LoadClient {
  /** Resolves when the library says that the message is done. */
  publish(topic: string, payload: Uint8Array, qos: QoS): Promise<unknown>;
  /** Resolves when the server has granted it. */
  subscribe(filter: string, qos: QoS, received: () => void): Promise<void>;
  end(): Promise<void>;
}

/** A client library, under the name the report calls it by. */
export interface ClientLibrary {
  readonly name: string;
  /** Connects over TCP, with the library's defaults but for the window: see client-task.ts. */
  connect(port: number): Promise<LoadClient>;
}
