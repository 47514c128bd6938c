import { encode, PACKET_TYPES, type ProtocolVersion } from '@magpie/protocol';
import type { Patient } from '../doctor/patient.js';
import { type Capability, told, tried } from './capability.js';
import { type Connack5, decodeConnack5, encodeConnect5, type Identity } from './connect-5.js';
import { RawLink } from './raw-link.js';
import type { Survey } from './survey.js';

/** Which versions of MQTT are spoken, and what a server of MQTT 5 says of itself. */
export async function probeVersions(survey: Survey): Promise<readonly Capability[]> {
  const { patient, idPrefix } = survey;
  const { username, password } = patient.options;
  const identity: Identity = {
    clientId: `${idPrefix}v`,
    username,
    password: typeof password === 'string' ? Buffer.from(password) : password,
  };
  const versions: string[] = [];
  for (const [level, name] of [[3, '3.1'] as const, [4, '3.1.1'] as const]) {
    const connack = await answerTo(patient, encodeConnect(identity, level));
    if (connack?.[1] === 0) versions.push(name);
  }
  const connack5 = await connack5Of(patient, identity);
  if (connack5?.reasonCode === 0) versions.push('5.0');
  return [tried('versions', versions), ...(connack5?.reasonCode === 0 ? toldBy(connack5) : [])];
}

function encodeConnect(identity: Identity, protocolVersion: ProtocolVersion): Uint8Array {
  const connect = { type: 'connect', protocolVersion, cleanSession: true, keepAliveS: 60 } as const;
  return encode({ ...connect, ...identity, will: undefined }, protocolVersion);
}

async function connack5Of(patient: Patient, identity: Identity): Promise<Connack5 | undefined> {
  const body = await answerTo(patient, encodeConnect5(identity));
  try {
    return body && decodeConnack5(body);
  } catch {
    return undefined; // a server of older versions answers in its own: two bytes
  }
}

/** What stands in the CONNACK, if there is one. */
async function answerTo(patient: Patient, connect: Uint8Array): Promise<Uint8Array | undefined> {
  const link = RawLink.open(patient, connect);
  try {
    const packet = await link.next();
    return packet?.type === PACKET_TYPES.connack ? packet.body : undefined;
  } finally {
    link.send(DISCONNECT);
    link.close();
  }
}

function toldBy(connack: Connack5): Capability[] {
  const { maximumPacketSize, serverKeepAlive } = connack;
  return [
    told('told-receive-maximum', connack.receiveMaximum),
    ...(maximumPacketSize === undefined ? [] : [told('told-packet-bytes', maximumPacketSize)]),
    told('told-qos-max', connack.maximumQoS),
    told('told-retained', connack.retainAvailable),
    told('told-wildcards', connack.wildcardsAvailable),
    told('told-shared', connack.sharedAvailable),
    told('told-identifiers', connack.subscriptionIdentifiersAvailable),
    told('told-topic-aliases', connack.topicAliasMaximum),
    ...(serverKeepAlive === undefined ? [] : [told('told-keep-alive', serverKeepAlive)]),
  ];
}

/** The same bytes in every version. */
const DISCONNECT = Buffer.of(0xe0, 0);
