/**
 * What later messages do to one that stands in the conversation: edits, deletion, reactions, pins, votes. All
 * members hold the same set of them sooner or later, in whatever order they came, some of them before the message itself: so a
 * message is its body and a *set* of effects, kept in a normal form that does not depend on the order of arrival.
 *
 * Who may: the author edits; the author or an admin deletes, and closes a poll; everybody reacts, pins and votes.
 * The log's order decides between two: positions are the same for all.
 */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { EffectBody } from '../wire/bodies.ts';

export interface Effect {
  readonly id: EnvelopeId;
  readonly position: number;
  /** The sender's clock, Unix milliseconds. */
  readonly at: number;
  readonly sender: { readonly person: IdentityKey; readonly name: string };
  /** Whether the sender was an admin or owner in the epoch of the effect: alike for all who could read it. */
  readonly byAdmin: boolean;
  readonly body: EffectBody;
}

type Of<K extends EffectBody['kind']> = Effect & { readonly body: Extract<EffectBody, { kind: K }> };

/** Kept at most, the latest: versions of a text; reactions of one person to one message; changes of one person's vote. */
export const MOST_EDITS = 50;
export const MOST_REACTIONS = 20;
export const MOST_VOTES = 20;

const isOf = <K extends EffectBody['kind']>(effect: Effect, kind: K): effect is Of<K> => effect.body.kind === kind;

/** Of two effects at one place of the log, which own messages settled after the fact may share, the id decides. */
const inOrder = (a: Effect, b: Effect): number => a.position - b.position || (toHex(a.id) < toHex(b.id) ? -1 : Number(!equalBytes(a.id, b.id)));

function isAllowed(effect: Effect, author: IdentityKey): boolean {
  const byAuthor = equalBytes(effect.sender.person, author);
  switch (effect.body.kind) {
    case 'edit':
      return byAuthor;
    case 'delete':
    case 'close':
      return byAuthor || effect.byAdmin;
    case 'react':
    case 'pin':
    case 'vote':
      return true;
  }
}

/** The last few of each key, by the log's order; one effect that came twice is one. */
function lastOfEach<T extends Effect>(sorted: readonly T[], most: number, key: (effect: T) => string): readonly T[] {
  const kept = new Map<string, T[]>();
  for (const effect of sorted) {
    const before = kept.get(key(effect)) ?? [];
    const last = before.at(-1);
    kept.set(key(effect), last !== undefined && equalBytes(last.id, effect.id) ? before : [...before, effect].slice(-most));
  }
  return [...kept.values()].flat();
}

const person = (effect: Effect): string => toHex(effect.sender.person);

/**
 * The normal form: what counts of any collection of effects on a message by `author`, repeats and forbidden ones among
 * them. Joining normal forms in any order and grouping gives the same.
 */
export function normalForm(effects: readonly Effect[], author: IdentityKey): readonly Effect[] {
  const sorted = effects.filter((effect) => isAllowed(effect, author)).sort(inOrder);
  // A deletion takes everything else with it, what comes later too.
  const [deletion] = sorted.filter((effect) => isOf(effect, 'delete'));
  if (deletion !== undefined) return [deletion];
  const [close] = sorted.filter((effect) => isOf(effect, 'close'));
  // An earlier close may still come: then it is the vote before that which counts, so several are kept.
  const votes = sorted.filter((effect) => isOf(effect, 'vote')).filter((vote) => close === undefined || inOrder(vote, close) < 0);
  return [
    ...lastOfEach(sorted.filter((effect) => isOf(effect, 'edit')), MOST_EDITS, () => ''),
    ...reactionsOf(sorted),
    ...lastOfEach(votes, MOST_VOTES, person),
    ...lastOfEach(sorted.filter((effect) => isOf(effect, 'pin')), 1, () => ''),
    ...(close === undefined ? [] : [close]),
  ].sort(inOrder);
}

/** The last word of each person about each emoji; of one person the latest few. */
function reactionsOf(sorted: readonly Effect[]): readonly Effect[] {
  const last = lastOfEach(sorted.filter((effect) => isOf(effect, 'react')), 1, (effect) => `${person(effect)} ${effect.body.emoji}`);
  return lastOfEach([...last].sort(inOrder), MOST_REACTIONS, person);
}

/** What a message is by now. */
export interface Shape {
  readonly deletion: Of<'delete'> | null;
  /** From the first to the one that stands. */
  readonly edits: readonly Of<'edit'>[];
  /** In the order in which each was first given; people in theirs. */
  readonly reactions: readonly { readonly emoji: string; readonly by: readonly Effect['sender'][] }[];
  readonly pin: Of<'pin'> | null;
  /** The one of each person that counts. */
  readonly votes: readonly Of<'vote'>[];
  readonly isClosed: boolean;
}

/** `effects`: a normal form. */
export function shapeOf(effects: readonly Effect[]): Shape {
  const given = new Map<string, Effect['sender'][]>();
  for (const effect of effects) {
    if (isOf(effect, 'react') && effect.body.on) given.set(effect.body.emoji, [...(given.get(effect.body.emoji) ?? []), effect.sender]);
  }
  return {
    deletion: effects.find((effect) => isOf(effect, 'delete')) ?? null,
    edits: effects.filter((effect) => isOf(effect, 'edit')),
    reactions: [...given].map(([emoji, by]) => ({ emoji, by })),
    pin: effects.find((effect) => isOf(effect, 'pin') && effect.body.on) as Of<'pin'> | undefined ?? null,
    votes: lastOfEach(effects.filter((effect) => isOf(effect, 'vote')), 1, person),
    isClosed: effects.some((effect) => isOf(effect, 'close')),
  };
}
