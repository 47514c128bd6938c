import { finds } from './examination.testing.js';

finds('a name that nobody has', ['name-unknown'], async () => ({
  url: 'mqtt://nowhere.invalid',
}));
finds('no name server', ['name-server-silent'], async () => ({
  url: 'mqtt://broker.example',
  lookUp: async () => {
    throw Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
  },
}));
