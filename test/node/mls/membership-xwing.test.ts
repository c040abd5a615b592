import { fuzz } from '../../support/membership-fuzz.ts';

fuzz('xwing');
