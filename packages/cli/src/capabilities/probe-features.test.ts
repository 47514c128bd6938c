import { oddBroker } from '../doctor/odd-broker.testing.js';
import { finds } from './probe.testing.js';
import {
  probeQoS,
  probeRetained,
  probeServer,
  probeWildcards,
  probeWill,
} from './probe-features.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

/** Grants QoS 0, keeps nothing, and gives all messages back to who sent them. */
const odd = (t: Parameters<typeof oddBroker>[0]) =>
  oddBroker(t, { granted: 0 }).then((url) => surveyOf(url, 200));

finds(probeServer, 'no name where there is no $SYS', {}, (t) =>
  magpieSurvey(t, { metrics: { sysInterval: 0 } }),
);
finds(probeQoS, 'QoS 2', { 'qos-max': 2 }, (t) => magpieSurvey(t));
finds(probeQoS, 'QoS 0 alone', { 'qos-max': 0 }, odd);
finds(probeQoS, 'that nothing comes back', { 'qos-max': null }, (t) =>
  magpieSurvey(t, { authorizer: { mayPublish: () => true, maySubscribe: () => false } }),
);
finds(probeRetained, 'retained messages', { retained: true }, (t) => magpieSurvey(t));
finds(probeRetained, 'that nothing is retained', { retained: false }, odd);
finds(probeWill, 'wills', { will: true }, (t) => magpieSurvey(t));
finds(probeWill, 'that no will is published', { will: false }, odd);
finds(probeWildcards, 'both wildcards', { wildcards: ['+', '#'] }, (t) => magpieSurvey(t));
finds(probeWildcards, 'one wildcard', { wildcards: ['+'] }, (t) =>
  magpieSurvey(t, {
    authorizer: { mayPublish: () => true, maySubscribe: (_client, filter) => !/#/.test(filter) },
  }),
);
