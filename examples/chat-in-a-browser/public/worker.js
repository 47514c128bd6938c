import { serveShared } from '@magpie/client/tabs';
import { connection } from './connection.js';

const { server, options } = connection(location.search.slice(1));
serveShared(server, options);
