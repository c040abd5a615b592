/** npm runs this after every install: patches the MLS library, checks that it took, and remembers what was installed. */
import { markInstalled, patched } from './prepared.mjs';

patched();
markInstalled();
