import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programsOf, visibleCode } from './guide-programs.testing.js';

const PAGE = `# Guide

\`\`\`js run=one
const port = 1883; // the usual one
\`\`\`

<!-- run=one
use(port);
-->

\`\`\`js
not(run);
\`\`\`

\`\`\`js run=two
other();
\`\`\`

\`\`\`js run=one
console.log('end // of it');
\`\`\`

\`\`\`text output=one
end // of it
\`\`\`
`;

test('programsOf() joins the pieces of a name, seen or not, and takes free ports', () => {
  assert.deepEqual(programsOf(PAGE), [
    {
      name: 'one',
      language: 'js',
      code: "const port = 0; // the usual one\n\nuse(port);\n\nconsole.log('end // of it');\n",
      output: 'end // of it\n',
    },
    { name: 'two', language: 'js', code: 'other();\n', output: undefined },
  ]);
});

test('programsOf() knows programs of the shell', () => {
  const page = '<!-- run=x\ncd data\n-->\n```sh run=x\nls # all\n```\n';
  assert.deepEqual(programsOf(page), [
    { name: 'x', language: 'sh', code: 'cd data\n\nls # all\n', output: undefined },
  ]);
  assert.deepEqual(visibleCode(page), ['ls']);
});

test('visibleCode() leaves out comments and what is not seen', () => {
  assert.deepEqual(visibleCode('```js\nf(); // 注释\n// g\n```\n<!-- run=x\nh();\n-->\n'), [
    'f();',
  ]);
});
