import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@magpie/client';
import { type Capability, tried } from './capability.js';
import { undefinedIfEnded } from './echo.js';
import { connectAs, type Survey } from './survey.js';

/** What waits for a client that is away, how much of it, and what is dropped when it is full. */
export async function probeQueue(survey: Survey): Promise<readonly Capability[]> {
  try {
    return await queueOf(survey);
  } finally {
    await forget(survey);
  }
}

async function queueOf(survey: Survey): Promise<readonly Capability[]> {
  const topic = `${survey.root}/queue`;
  const sent = survey.bounds.messages;
  const away = await connectAs(survey, NAME, { cleanSession: false });
  await away.subscribe(topic, { qos: 1 }, () => {}).ready;
  await away.end();
  await using publisher = await connectAs(survey, 'filler');
  await publisher.publishMany(
    Array.from({ length: sent }, (_, at) => ({ topic, payload: String(at), qos: 1 as const })),
  );
  const heard: number[] = [];
  const before = (client: Client) =>
    client.subscribe(topic, { qos: 1 }, (message) => void heard.push(Number(message.text())));
  await using back = await connectAs(survey, NAME, { cleanSession: false, before });
  const { state } = back;
  const persists = state.type === 'connected' && state.sessionPresent;
  await settled(back, topic, heard);
  const whole = heard.length === sent;
  return [
    tried('sessions', persists && heard.length > 0),
    { ...tried('queue-messages', heard.length), atLeast: whole },
    ...(whole || heard.length === 0
      ? []
      : [tried('queue-full', heard.includes(sent - 1) ? 'oldest' : 'newest')]),
  ];
}

/** Waits until nothing more comes: some servers let new messages overtake those that waited. */
async function settled(client: Client, topic: string, heard: readonly number[]): Promise<void> {
  for (let before = -1, turn = 0; heard.length > before; turn++) {
    before = heard.length;
    await client.subscribe(`${topic}/turn/${turn}`, {}, () => {}).ready;
    await delay(QUIET_MS);
  }
}

/** Ends the session, with all that is queued for it; also after Ctrl-C. */
async function forget(survey: Survey): Promise<void> {
  const patient = { ...survey.patient, signal: new AbortController().signal };
  try {
    const client = await connectAs({ ...survey, patient }, NAME);
    await client.end();
  } catch (error) {
    undefinedIfEnded(error); // no connection to be had, so it was none of ours
  }
}

const NAME = 'away';
/** A queue on its way has no pause as long as that. */
const QUIET_MS = 300;
