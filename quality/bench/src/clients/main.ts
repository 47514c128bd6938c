/** One process with clients of one library: see measure-clients.ts, which starts it. */
import { READY, type ClientTask } from './client-task.js';
import { idle, publishAll, receiveAll, sendOnDemand } from './client-work.js';
import type { ClientLibrary } from './load-client.js';

const task = JSON.parse(process.argv[2] ?? '') as ClientTask;
const library = await load(task.library);
if (task.act === 'send') await sendOnDemand(library, task);
else console.log(JSON.stringify(await work()));

function work() {
  if (task.act === 'publish') return publishAll(library, task);
  if (task.act === 'idle') return idle(library, task);
  return receiveAll(library, task, () => console.log(READY));
}

/** Only the one that is measured is loaded. */
async function load(name: ClientTask['library']): Promise<ClientLibrary> {
  if (name === 'magpie') return (await import('./magpie-library.js')).magpieLibrary;
  return (await import('./mqttjs-library.js')).mqttjsLibrary;
}
