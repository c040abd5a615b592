import { test } from 'node:test';
import { runSeeds } from '../../support/seeds.ts';

test('rooms agree after crashes, cuts and restarts: 250 odd seeds', (context) => runSeeds(context, 1, 250, 2));
