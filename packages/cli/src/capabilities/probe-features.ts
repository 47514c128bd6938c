import type { Client } from '@magpie/client';
import { encode, PACKET_TYPES, type QoS } from '@magpie/protocol';
import { firstOf } from '../doctor/check-messages.js';
import { Scratch } from '../doctor/scratch.js';
import { type Capability, told, tried, unknown } from './capability.js';
import { undefinedIfEnded } from './echo.js';
import { RawLink } from './raw-link.js';
import { connectAs, type Survey } from './survey.js';

/** What the server calls itself, if it does. */
export async function probeServer(survey: Survey): Promise<readonly Capability[]> {
  await using client = await connectAs(survey, 'sys');
  const ms = Math.min(SYS_PATIENCE_MS, survey.patient.patienceMs);
  const name = await firstOf(client, '$SYS/broker/version', ms).catch(undefinedIfEnded);
  return name === undefined ? [] : [told('server', name)];
}

/** The highest QoS at which a message comes back as it went out. */
export async function probeQoS(survey: Survey): Promise<readonly Capability[]> {
  let highest: QoS | undefined;
  for (const qos of [0, 1, 2] as const) {
    await using client = await connectAs(survey, 'qos');
    const scratch = new Scratch(client);
    const { patienceMs } = survey.patient;
    const topic = `${survey.root}/qos`;
    try {
      if ((await scratch.listen(topic)) < qos) break;
      const back = await scratch.roundTrip(topic, qos, { patienceMs });
      if (back?.message.qos !== qos) break;
    } catch (error) {
      undefinedIfEnded(error);
      break;
    }
    highest = qos;
  }
  return [
    highest === undefined
      ? unknown('qos-max', 'no message came back: this client may not use these topics')
      : tried('qos-max', highest),
  ];
}

/** Does a new subscription get what was published before it? */
export async function probeRetained(survey: Survey): Promise<readonly Capability[]> {
  const topic = `${survey.root}/retained`;
  await using client = await connectAs(survey, 'retained');
  try {
    await client.publish(topic, 'here', { qos: 1, retain: true });
    const came = await isRetained(client, topic, survey.patient.patienceMs);
    await client.publish(topic, '', { qos: 1, retain: true });
    return [tried('retained', came)];
  } catch (error) {
    undefinedIfEnded(error);
    return [tried('retained', false)];
  }
}

/** Whether a new subscription brings a message, and calls it retained (MQTT-3.3.1-8). */
async function isRetained(client: Client, topic: string, patienceMs: number): Promise<boolean> {
  const over = AbortSignal.timeout(patienceMs);
  for await (const message of client.subscribe(topic, { qos: 1, signal: over })) {
    return message.retain;
  }
  return false;
}

/** Is a will published when its client is gone? */
export async function probeWill(survey: Survey): Promise<readonly Capability[]> {
  const topic = `${survey.root}/will`;
  const { username, password } = survey.patient.options;
  const connect = encode(
    {
      type: 'connect',
      protocolVersion: 4,
      cleanSession: true,
      keepAliveS: 60,
      clientId: `${survey.idPrefix}will`,
      will: { topic, payload: Buffer.from('lost'), qos: 0, retain: false },
      username,
      password: typeof password === 'string' ? Buffer.from(password) : password,
    },
    4,
  );
  await using client = await connectAs(survey, 'heir');
  const came = firstOf(client, topic, survey.patient.patienceMs).catch(undefinedIfEnded);
  // What is subscribed after it is granted after it.
  const granted = client.subscribe(`${topic}/granted`, {}, () => {}).ready;
  await granted.catch(undefinedIfEnded);
  const link = RawLink.open(survey.patient, connect);
  const accepted = (await link.next())?.type === PACKET_TYPES.connack;
  link.close();
  return [tried('will', (await came) === 'lost' && accepted)];
}

/** Which wildcards do filters have? */
export async function probeWildcards(survey: Survey): Promise<readonly Capability[]> {
  const works: string[] = [];
  for (const wildcard of ['+', '#']) {
    const parent = `${survey.root}/wild`;
    await using client = await connectAs(survey, 'wild');
    if (await matches(client, `${parent}/${wildcard}`, `${parent}/card`, survey)) {
      works.push(wildcard);
    }
  }
  return [tried('wildcards', works)];
}

async function matches(
  client: Client,
  filter: string,
  topic: string,
  { patient }: Survey,
): Promise<boolean> {
  try {
    const scratch = new Scratch(client);
    await scratch.listen(filter);
    const { patienceMs } = patient;
    return (await scratch.roundTrip(topic, 1, { patienceMs })) !== undefined;
  } catch (error) {
    undefinedIfEnded(error);
    return false;
  }
}

/** What is retained comes at once. */
const SYS_PATIENCE_MS = 500;
