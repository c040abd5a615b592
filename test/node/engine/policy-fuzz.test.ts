import { fuzzPolicy } from '../../support/policy-fuzz.ts';

fuzzPolicy();
