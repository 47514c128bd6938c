// Run by Deno and Bun: `runtime-program.mjs DOOR URL` prints what passMessage() says.
import process from 'node:process';

import { passMessage } from './runtime-client.mjs';

const [door, url] = process.argv.slice(2);
console.log(await passMessage(await import(door), url));
