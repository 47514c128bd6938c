import type { TestContext } from 'node:test';
import { patientOf } from '../doctor/patient.js';
import { startBroker } from '../mqtt/broker.testing.js';
import type { BrokerOptions } from '@magpie/broker';
import type { Survey } from './survey.js';

/** A survey of the server at a URL, with small bounds. */
export function surveyOf(url: string, patienceMs = 10_000): Survey {
  return {
    patient: patientOf(new URL(url), {}, { patienceMs, signal: new AbortController().signal }),
    root: 'survey',
    idPrefix: 'survey-',
    bounds: { packetBytes: 4096, messages: 60 },
  };
}

/** A survey of a Magpie in this process. */
export async function magpieSurvey(t: TestContext, options: BrokerOptions = {}): Promise<Survey> {
  return surveyOf((await startBroker(t, options)).url);
}
