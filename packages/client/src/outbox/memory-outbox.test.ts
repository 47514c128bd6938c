import { MemoryOutbox } from './memory-outbox.js';
import { testOutbox } from './outbox.testing.js';

testOutbox('MemoryOutbox', { open: () => Promise.resolve(new MemoryOutbox()), reopen: undefined });
