import { ClientError } from '@magpie/client';
import { type Capability, type CapabilityCode, unknown } from './capability.js';
import {
  probeQoS,
  probeRetained,
  probeServer,
  probeWildcards,
  probeWill,
} from './probe-features.js';
import { probeInflightIn, probeInflightOut } from './probe-inflight.js';
import { probeIdentifiers, probeTopics } from './probe-names.js';
import { probePackets } from './probe-packets.js';
import { probeQueue } from './probe-queue.js';
import { probeShared } from './probe-shared.js';
import { probeVersions } from './probe-versions.js';
import { connectAs, type Probe, type Survey } from './survey.js';

/**
 * Asks a broker for all that can be found out without a right to look inside.
 *
 * @param onProgress Told how many of the questions are answered.
 * @throws {ClientError} if it cannot be reached, or accepts no client of MQTT 3.1.1.
 */
export async function takeSurvey(
  survey: Survey,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Capability[]> {
  await (await connectAs(survey, 'first')).end();
  const found: Capability[] = [];
  for (const [at, { probe, codes }] of PROBES.entries()) {
    onProgress(at, PROBES.length);
    survey.patient.signal.throwIfAborted();
    found.push(...(await answersOf(probe, codes, survey)));
  }
  return found;
}

/** What it finds; where the server or its rules end it, that it could not be found out. */
async function answersOf(
  probe: Probe,
  codes: readonly CapabilityCode[],
  survey: Survey,
): Promise<readonly Capability[]> {
  try {
    return await probe(survey);
  } catch (error) {
    if (!(error instanceof ClientError) || survey.patient.signal.aborted) throw error;
    return codes.map((code) => unknown(code, error.message));
  }
}

/** Each with what it finds out in any case. */
const PROBES: readonly { readonly probe: Probe; readonly codes: readonly CapabilityCode[] }[] = [
  { probe: probeVersions, codes: ['versions'] },
  { probe: probeServer, codes: [] },
  { probe: probeQoS, codes: ['qos-max'] },
  { probe: probeRetained, codes: ['retained'] },
  { probe: probeWill, codes: ['will'] },
  { probe: probeWildcards, codes: ['wildcards'] },
  { probe: probeShared, codes: ['shared-subscriptions'] },
  { probe: probeIdentifiers, codes: ['client-id-empty', 'client-id-bytes'] },
  { probe: probeTopics, codes: ['topic-bytes', 'topic-levels'] },
  { probe: probePackets, codes: ['packet-bytes'] },
  { probe: probeQueue, codes: ['sessions', 'queue-messages'] },
  { probe: probeInflightOut, codes: ['inflight-out'] },
  { probe: probeInflightIn, codes: ['inflight-in'] },
];
