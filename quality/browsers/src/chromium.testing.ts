import { after } from 'node:test';
import { type Browser, chromium } from 'playwright-core';

/**
 * Debian's Chromium without a window, for all tests of a file; it ends with them. A context of it
 * is a profile of its own, so tests share nothing. Hosts of `.example` are this machine.
 */
export async function launchChromium(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Its sandbox does not run as root, which is who runs the tests in a container.
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.example 127.0.0.1'],
  });
  after(() => browser.close());
  return browser;
}
