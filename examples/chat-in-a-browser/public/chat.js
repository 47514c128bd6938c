import { jsonCodec } from '@magpie/client';
import { connectShared } from '@magpie/client/tabs';
import { connection } from './connection.js';

const TOPIC = 'chat/lobby';
const codec = jsonCodec();

localStorage.id ??= crypto.randomUUID();
const { id } = localStorage;
const { server, options } = connection(id);
const worker = () => new SharedWorker(`/worker.js?${id}`, { type: 'module' });
const tab = await connectShared(server, { ...options, worker });

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  void send(text.value);
  text.value = '';
});

const messages = tab.subscribe(TOPIC, { qos: 2, codec });
await messages.ready;
const state = document.querySelector('#state');
const show = ({ type }) => (state.textContent = type);
tab.on('state', show);
show(tab.state);
for await (const { payload } of messages) {
  addLine(`${payload.from.slice(0, 4)}: ${payload.text}`);
}

/** Shown as waiting until the broker has it. */
async function send(text) {
  const line = addLine(text);
  line.className = 'waiting';
  try {
    await tab.publish(TOPIC, codec.encode({ from: id, text }), { qos: 2 });
    line.remove(); // it comes back with the messages of the others
  } catch (error) {
    line.textContent = `${text} – ${error.message}`;
  }
}

function addLine(text) {
  const line = document.createElement('li');
  line.textContent = text;
  document.querySelector('#messages').append(line);
  return line;
}
