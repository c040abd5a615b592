/** A new seed each run, named in what is printed; `SOTTO_FAULTS_SEED` repeats the dice of one. Timing is the machine's. */
import { randomInt } from 'node:crypto';

export function chosenSeed(): number {
  const asked = process.env['SOTTO_FAULTS_SEED'];
  return asked === undefined ? randomInt(2 ** 31) : Number(asked);
}
