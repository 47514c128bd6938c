import { oddBroker } from '../doctor/odd-broker.testing.js';
import { finds } from './probe.testing.js';
import { probeShared } from './probe-shared.js';
import { magpieSurvey, surveyOf } from './survey.testing.js';

finds(probeShared, 'groups', { 'shared-subscriptions': true }, (t) => magpieSurvey(t));
finds(probeShared, 'that they are refused', { 'shared-subscriptions': false }, (t) =>
  magpieSurvey(t, {
    authorizer: {
      mayPublish: () => true,
      maySubscribe: (_client, filter) => !/share/.test(filter),
    },
  }),
);
finds(probeShared, 'that they match nothing', { 'shared-subscriptions': false }, async (t) =>
  surveyOf(await oddBroker(t, { publish: () => 'drop' }), 200),
);
