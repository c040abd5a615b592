import { test } from 'node:test';
import { runSeeds } from '../../support/seeds.ts';

test('rooms agree after crashes, cuts and restarts: 250 even seeds', (context) => runSeeds(context, 2, 250, 2));
