/**
 * Five tabs and a service worker over one profile, for as many rounds as one likes, in Chromium (SOTTO_CHROMIUM) over the built app.
 *
 *   npm run test:tabs                             100 rounds
 *   npm run test:tabs -- --rounds 20 --seed 7
 */
import { parseArgs } from 'node:util';
import { tabRounds } from './support/tabs.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
const began = Date.now();
await tabRounds({ rounds: Number(values.rounds), seed: Number(values.seed), say: (line) => { console.log(line); } });
console.log(`${values.rounds} rounds by seed ${values.seed}: nothing lost, doubled or broken, in ${Math.round((Date.now() - began) / 1000)} s`);
