/**
 * A relay that lies to one member for a while: one table, one row for each lie. What it gives the others is the truth. Each lie says
 * whether it did anything, since a lie that was never told cannot be noticed.
 */
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../../shared/envelope.ts';
import type { Seq } from '../../shared/ids.ts';
import type { Dice } from './dice.ts';
import type { Tamper } from './virtual-network.ts';

export interface Lying {
  readonly name: string;
  readonly victim: string;
  readonly tamper: Tamper;
  /** The relay is honest from now on. */
  stop(): void;
  /** How often it lied. */
  readonly told: () => number;
}

type Durable = Envelope & { readonly kind: 'message' | 'commit' };
/** What the victim gets in place of an envelope; undefined for the envelope itself. */
type Lie = (envelope: Durable, frame: Uint8Array, dice: Dice) => readonly Uint8Array[] | undefined;

/** One part of a lie's name is what is done to which. */
export const RELAY_LIES: readonly { readonly name: string; readonly lie: () => Lie }[] = [
  { name: 'withhold messages', lie: () => ({ kind }, _, dice) => (kind === 'message' && dice.chance(0.5) ? [] : undefined) },
  { name: 'withhold commits', lie: () => ({ kind }, _, dice) => (kind === 'commit' && dice.chance(0.5) ? [] : undefined) },
  { name: 'withhold everything', lie: () => () => [] },
  {
    name: 'reorder',
    lie: () => {
      let held: { readonly envelope: Durable; readonly frame: Uint8Array } | undefined;
      return (envelope, frame) => {
        if (held === undefined || held.envelope.seq >= envelope.seq) {
          held = { envelope, frame };
          return [];
        }
        const first = held.envelope;
        held = undefined;
        return [encodeEnvelope({ ...envelope, seq: first.seq }), encodeEnvelope({ ...first, seq: envelope.seq })];
      };
    },
  },
  {
    name: 'replay',
    lie: () => {
      let before: Durable | undefined;
      return (envelope, frame, dice) => {
        const earlier = before;
        before = { ...envelope, payload: envelope.payload.slice() };
        // In the place of another, or besides it.
        if (earlier === undefined || !dice.chance(0.5)) return undefined;
        return [encodeEnvelope({ ...earlier, seq: envelope.seq }), ...(dice.chance(0.5) ? [frame] : [])];
      };
    },
  },
  { name: 'change', lie: () => (envelope, _, dice) => (dice.chance(0.5) ? [encodeEnvelope({ ...envelope, payload: envelope.payload.map((byte, i) => (i === 80 ? byte ^ 1 : byte)) })] : undefined) },
  { name: 'invent', lie: () => (envelope, frame, dice) => [encodeEnvelope({ ...envelope, kind: 'message', id: dice.bytes(16) as Durable['id'] }), ...(dice.chance(0.5) ? [frame] : [])] },
  { name: 'renumber', lie: () => (envelope) => [encodeEnvelope({ ...envelope, seq: (envelope.seq + 1) as Seq })] },
];

export function lyingTo(victim: string, dice: Dice): Lying {
  const { name, lie } = dice.pick(RELAY_LIES);
  const told = lie();
  let isLying = true;
  let count = 0;
  return {
    name, victim,
    stop: () => { isLying = false; },
    told: () => count,
    tamper: (frame, direction, { owner }) => {
      if (!isLying || direction === 'up' || owner !== victim) return [frame];
      const envelope = decodeEnvelope(frame);
      if (envelope === undefined || envelope.seq === 0 || (envelope.kind !== 'message' && envelope.kind !== 'commit')) return [frame];
      const instead = told({ ...envelope, kind: envelope.kind }, frame.slice(), dice);
      if (instead === undefined) return [frame];
      count++;
      return instead;
    },
  };
}
