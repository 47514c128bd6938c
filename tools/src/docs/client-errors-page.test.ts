import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientErrorsPage } from './client-errors-page.js';

const meaning = { meaning: 'It is full', told: '`publish`', reaction: 'nothing' };

test('clientErrorsPage() has a row for each code', () => {
  const page = clientErrorsPage(
    { full: 'send less', gone: 'wait' },
    {
      full: meaning,
      gone: { ...meaning, meaning: 'It is gone' },
    },
    [],
  );
  assert.match(page, /^\| `full` \| It is full \| `publish` \| nothing \| send less \|$/m);
  assert.match(page, /^\| `gone` \| It is gone \| `publish` \| nothing \| wait \|$/m);
});

test('clientErrorsPage() has a row for each return code', () => {
  const refusals = [
    { returnCode: 3, message: 'not now', permanent: false },
    { returnCode: 4, message: 'who are you', permanent: true },
  ];
  const page = clientErrorsPage({}, {}, refusals);
  assert.match(page, /^\| 3 \| not now \| no \|$/m);
  assert.match(page, /^\| 4 \| who are you \| yes \|$/m);
});
