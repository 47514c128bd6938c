import * as utf8 from './utf8-web.js';
import { testUtf8 } from './utf8.testing.js';

testUtf8('utf8-web', utf8);
