// needs: chromium
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

async function openChat(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByText('connected', { exact: true }).waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button').click();
}

const heardIn = async (page: Page, count: number): Promise<string[]> => {
  await page
    .locator('li:not(.waiting)')
    .nth(count - 1)
    .waitFor();
  const lines = await page.locator('li').allTextContents();
  return lines.map((line) => line.replace(/^.{4}: /, ''));
};

test('chat-in-a-browser passes messages among tabs and browsers', async (t) => {
  const env = { ...process.env, HTTP_PORT: '0', WS_PORT: '0' };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /Open (\S+) in/.exec(line.toString())![1]!;

  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  t.after(() => browser.close());
  const [ann, bob] = [await browser.newContext(), await browser.newContext()];
  const first = await openChat(ann, url);
  const second = await openChat(ann, url);
  const third = await openChat(bob, url);
  await say(first, 'hello');
  await heardIn(third, 1);
  await first.close();
  await say(third, 'hi there');
  for (const page of [second, third]) {
    assert.deepEqual(await heardIn(page, 2), ['hello', 'hi there']);
  }
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});
