/** Several tabs and the service worker over one profile: a short form of `npm run test:tabs`. */
import { test } from 'node:test';
import { tabRounds } from '../support/tabs.ts';

test('five tabs, pushes, and the leader ended in each of six rounds: nothing is lost, doubled or broken', async () => {
  await tabRounds({ rounds: 6, seed: 3 });
});
