import * as utf8 from './utf8-node.js';
import { testUtf8 } from './utf8.testing.js';

testUtf8('utf8-node', utf8);
