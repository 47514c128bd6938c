import type { Client } from '@magpie/client';
import { type Capability, tried } from './capability.js';
import { undefinedIfEnded } from './echo.js';
import { connectAs, type Survey } from './survey.js';

/**
 * Two members of a group: does each message come to one of them? A server that does not know shared
 * subscriptions may grant them as filters that nothing matches.
 */
export async function probeShared(survey: Survey): Promise<readonly Capability[]> {
  const topic = `${survey.root}/shared`;
  await using one = await connectAs(survey, 'one');
  await using other = await connectAs(survey, 'other');
  const heard = new Map<string, number>();
  let wake = (): void => {};
  try {
    for (const member of [one, other]) {
      await member.subscribe(`$share/magpie/${topic}`, { qos: 1 }, (message) => {
        const text = message.text();
        heard.set(text, (heard.get(text) ?? 0) + 1);
        wake();
      }).ready;
    }
    await publish(one, topic);
    await arrived(
      () => heard.size === MESSAGES,
      survey.patient.patienceMs,
      (woken) => {
        wake = woken;
      },
    );
    for (const member of [one, other]) await roundTrip(member, topic);
  } catch (error) {
    undefinedIfEnded(error);
    return [tried('shared-subscriptions', false)];
  }
  const once = [...heard.values()].every((times) => times === 1);
  return [tried('shared-subscriptions', once && heard.size === MESSAGES)];
}

async function publish(client: Client, topic: string): Promise<void> {
  const messages = Array.from({ length: MESSAGES }, (_, at) => String(at));
  await client.publishMany(messages.map((payload) => ({ topic, payload, qos: 1 as const })));
}

/** What was sent before has come when this has. */
async function roundTrip(client: Client, topic: string): Promise<void> {
  await client.subscribe(`${topic}/after`, {}, () => {}).ready;
}

function arrived(
  reached: () => boolean,
  patienceMs: number,
  onWake: (woken: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(patienceMs, ARRIVAL_MS));
    onWake(() => {
      if (!reached()) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

const MESSAGES = 20;
/** They are on their way already: long enough for a slow line, short enough to wait in vain. */
const ARRIVAL_MS = 1000;
