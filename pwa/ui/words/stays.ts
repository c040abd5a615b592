/** How long messages stay. */
import { lasting } from './counts.ts';

const UNITS = [['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]] as const;

/** "1 week", "30 seconds": in the largest unit of which it is a whole number. */
export function stayOf(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds % one === 0) ?? (['second', 1] as const);
  return lasting(seconds / length, unit);
}
