import assert from 'node:assert/strict';
import { test } from 'node:test';

import { errorsPage } from './errors-page.js';

test('errorsPage() writes the code of each version for each fault', () => {
  const page = errorsPage(
    {
      NOT_AUTHORIZED: { reason: 0x87, text: 'Client is not authorized' },
      PROTOCOL_ERROR: { reason: 0x82, text: 'Not allowed here' },
    },
    (fault) => (fault === 'NOT_AUTHORIZED' ? 5 : undefined),
  );
  assert.match(page, /^\| `NOT_AUTHORIZED` \| Client is not authorized \| 5 \| 0x87 \|$/m);
  assert.match(page, /^\| `PROTOCOL_ERROR` \| Not allowed here \| – \| 0x82 \|$/m);
});
