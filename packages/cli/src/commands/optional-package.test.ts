import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optional } from './optional-package.js';
import { ServeFailure } from './serve-failure.js';

const failing = (code: string, message: string) => () => {
  return Promise.reject(Object.assign(new Error(message), { code }));
};

test('optional() gives the package', async () => {
  assert.equal(await optional('@magpie/auth-x', 'x', async () => 'it'), 'it');
});

test('optional() says what to install', async () => {
  const load = failing('ERR_MODULE_NOT_FOUND', "Cannot find package '@magpie/auth-x' …");
  await assert.rejects(optional('@magpie/auth-x', 'authentication.x', load), (error) => {
    assert.ok(error instanceof ServeFailure);
    const wanted = 'authentication.x needs the package @magpie/auth-x, which is not installed: ';
    assert.equal(error.message, `${wanted}npm install @magpie/auth-x`);
    return true;
  });
});

test('optional() does not hide what is wrong inside of it', async () => {
  for (const load of [
    failing('ERR_MODULE_NOT_FOUND', "Cannot find package 'other'"),
    failing('EACCES', '@magpie/auth-x'),
  ]) {
    await assert.rejects(optional('@magpie/auth-x', 'authentication.x', load), (error) => {
      return !(error instanceof ServeFailure);
    });
  }
});
