import { encode, PACKET_TYPES, Publish } from '@magpie/protocol';
import { type Capability, tried, unknown } from './capability.js';
import { RawLink } from './raw-link.js';
import { connectAs, type Survey } from './survey.js';

/** A subscriber that acknowledges nothing: after how many does the server wait? */
export async function probeInflightOut(survey: Survey): Promise<readonly Capability[]> {
  const topic = `${survey.root}/out`;
  const sent = survey.bounds.messages;
  const listener = await connectAs(survey, 'mute');
  try {
    const seen = { came: 0 };
    listener.on('packet', ({ direction, type }) => {
      if (direction === 'received' && type === 'publish') seen.came++;
    });
    await listener.subscribe(topic, { qos: 1 }, () => new Promise<void>(() => {})).ready;
    await using publisher = await connectAs(survey, 'sender');
    await publisher.publishMany(
      Array.from({ length: sent }, () => ({ topic, payload: '', qos: 1 as const })),
    );
    // What goes out before SUBACK is there before it; some servers send both ways in turns.
    for (let before = -1; before < seen.came && seen.came < sent; ) {
      before = seen.came;
      await listener.subscribe(`${topic}/after/${before}`, {}, () => {}).ready;
    }
    const { came } = seen;
    return [
      came === 0
        ? unknown('inflight-out', 'no message came back')
        : { ...tried('inflight-out', came), atLeast: came === sent },
    ];
  } finally {
    await listener.end({ drain: false });
  }
}

/** A publisher that releases nothing (no PUBREL): after how many is it thrown out? */
export async function probeInflightIn(survey: Survey): Promise<readonly Capability[]> {
  const { username, password } = survey.patient.options;
  const link = RawLink.open(
    survey.patient,
    encode(
      {
        type: 'connect',
        protocolVersion: 4,
        cleanSession: true,
        keepAliveS: 60,
        clientId: `${survey.idPrefix}in`,
        will: undefined,
        username,
        password: typeof password === 'string' ? Buffer.from(password) : password,
      },
      4,
    ),
  );
  try {
    await link.next();
    const count = Math.min(survey.bounds.messages, PACKET_IDS);
    let received = 0;
    // One after the other: who sends many at once hears less than the server has taken.
    for (let packetId = 1; packetId <= count; packetId++) {
      const topic = `${survey.root}/in`;
      const message = { topic, payload: new Uint8Array(0), qos: 2 as const, packetId };
      link.send(encode(Publish.of(message), 4));
      if ((await link.next())?.type !== PACKET_TYPES.pubrec) break;
      received = packetId;
    }
    return [
      received === 0
        ? unknown('inflight-in', 'no message of QoS 2 is taken')
        : { ...tried('inflight-in', received), atLeast: received === count },
    ];
  } finally {
    link.close();
  }
}

const PACKET_IDS = 65_535;
