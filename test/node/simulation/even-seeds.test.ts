import { test } from 'node:test';
import { runSeeds } from '../../support/seeds.ts';

test('rooms agree, against crashes, cuts, malicious members and lying relays: 251 even seeds', (context) => runSeeds(context, 2, 251, 2));
