import type { ClientPacket, Packet, Publish, QoS } from '@magpie/protocol';
import type { LogFields } from '../log-events.js';
import type { Logger } from '../logger.js';

/** What a PUBLISH that the broker sends says of itself. */
export interface SentPublish {
  readonly topic: string;
  readonly payloadLength: number;
}

type Detail = Omit<Extract<LogFields<'debug'>, { event: 'packet-sent' }>, 'event' | Who>;
type Who = 'clientId' | 'address';
type PublishHead = Pick<Publish, keyof SentPublish | 'qos' | 'packetId' | 'dup' | 'retain'>;

/** Logs the packets of one connection, a line each, without payloads and passwords. */
export class PacketLog {
  readonly #log: Logger;
  readonly #who: { readonly clientId: string; readonly address: string };

  constructor(log: Logger, clientId: string, address: string) {
    this.#log = log;
    this.#who = { clientId, address };
  }

  received(packet: ClientPacket): void {
    const detail = detailOf(packet);
    const fields = { event: 'packet-received', ...this.#who, ...detail } as const;
    this.#log.debug(fields, `${detail.packet} received`);
  }

  sent(packet: Packet): void {
    this.#say(detailOf(packet));
  }

  sentPublish(
    { topic, payloadLength }: SentPublish,
    qos: QoS,
    packetId: number,
    dup: boolean,
    retain: boolean,
  ): void {
    this.#say(publishDetail({ topic, payloadLength, qos, packetId, dup, retain }));
  }

  #say(detail: Detail): void {
    const fields = { event: 'packet-sent', ...this.#who, ...detail } as const;
    this.#log.debug(fields, `${detail.packet} sent`);
  }
}

function publishDetail(packet: PublishHead): Detail {
  const { topic, qos, packetId, dup, retain, payloadLength: payloadBytes } = packet;
  const id = qos === 0 ? {} : { packetId };
  return { packet: 'PUBLISH', topic, qos, ...id, dup, retain, payloadBytes };
}

function detailOf(packet: Packet): Detail {
  const name = packet.type.toUpperCase();
  switch (packet.type) {
    case 'connect':
      return { packet: name, cleanSession: packet.cleanSession, keepAliveS: packet.keepAliveS };
    case 'connack': {
      const { sessionPresent, returnCode } = packet;
      return { packet: name, sessionPresent, returnCode };
    }
    case 'publish':
      return publishDetail(packet);
    case 'subscribe': {
      const filters = packet.subscriptions.map(({ filter, qos }) => `${filter} (QoS ${qos})`);
      return { packet: name, packetId: packet.packetId, filters: filters.join(', ') };
    }
    case 'suback':
      return {
        packet: name,
        packetId: packet.packetId,
        returnCodes: packet.returnCodes.join(', '),
      };
    case 'unsubscribe':
      return { packet: name, packetId: packet.packetId, filters: packet.filters.join(', ') };
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return { packet: name };
    default:
      return { packet: name, packetId: packet.packetId };
  }
}
