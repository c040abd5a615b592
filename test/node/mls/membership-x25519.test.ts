import { fuzz } from '../../support/membership-fuzz.ts';

fuzz('x25519');
