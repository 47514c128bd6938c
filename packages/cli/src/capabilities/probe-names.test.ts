import { oddBroker } from '../doctor/odd-broker.testing.js';
import { finds } from './probe.testing.js';
import { probeIdentifiers, probeTopics } from './probe-names.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

finds(
  probeIdentifiers,
  'that any will do',
  { 'client-id-empty': true, 'client-id-bytes': 65_535 },
  (t) => magpieSurvey(t),
);
finds(
  probeIdentifiers,
  'how long one may be, and that there has to be one',
  { 'client-id-empty': false, 'client-id-bytes': 40 },
  (t) =>
    magpieSurvey(t, {
      authenticator: {
        authenticate: ({ clientId }) =>
          /^survey.{0,34}$/.test(clientId)
            ? { allowed: true, anonymous: true }
            : { allowed: false, why: 'not-authorized' },
      },
    }),
);
finds(probeTopics, 'limits', { 'topic-bytes': 65_535, 'topic-levels': 7 }, (t) =>
  magpieSurvey(t, { limits: { topicLevelsMax: 7 } }),
);
finds(probeTopics, 'that nothing comes back', { 'topic-bytes': null, 'topic-levels': null }, (t) =>
  oddBroker(t, { publish: () => 'drop' }).then((url) => surveyOf(url, 100)),
);
