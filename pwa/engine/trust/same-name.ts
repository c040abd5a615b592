/**
 * A second person under a known name. Pure: who had a name first is what this device saw, in the order in which it did;
 * a person whom one has verified, from any room, has their name before everyone else.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { IdentityKey } from '../mls/index.ts';
import { skeletonsOf } from './skeleton.ts';

/** A person under a name. */
export interface Named {
  readonly person: IdentityKey;
  readonly name: string;
}

export interface Resemblance {
  /** Who had the name before. */
  readonly person: IdentityKey;
  readonly verified: boolean;
}

/** Names of a room that are remembered, at most: the oldest go first. */
const MOST_SIGHTINGS = 1024;

/** What was seen in a room, the first seen first, with these people in it; the same list where nothing is new. */
export function seen(sightings: readonly Named[], people: readonly Named[]): readonly Named[] {
  const isNew = ({ person, name }: Named): boolean => !sightings.some((known) => known.name === name && equalBytes(known.person, person));
  const fresh = people.filter(isNew).map(({ person, name }) => ({ person, name }));
  return fresh.length === 0 ? sightings : [...sightings, ...fresh].slice(-MOST_SIGHTINGS);
}

/** Who had which look of a name first. */
export class Names {
  readonly #verified: readonly Named[];
  readonly #byVerified: ReadonlyMap<string, IdentityKey>;
  readonly #byAny: ReadonlyMap<string, IdentityKey>;
  readonly #skeletons = new Map<string, readonly string[]>();

  /** `verified`: people whom one verified, under each name that they had then or since, the first verified first. */
  constructor(sightings: readonly Named[], verified: readonly Named[]) {
    this.#verified = verified;
    this.#byVerified = firstOf(verified);
    this.#byAny = firstOf(sightings);
  }

  /** Who had the name before this person; null where nobody had. One whom one has verified resembles nobody: one knows who it is. */
  before({ person, name }: Named): Resemblance | null {
    if (this.#isVerified(person)) return null;
    const skeletons = this.#skeletonsOf(name);
    const verified = holdersOf(this.#byVerified, skeletons)[0];
    if (verified !== undefined) return { person: verified, verified: true };
    const holders = holdersOf(this.#byAny, skeletons);
    const [first] = holders;
    return first === undefined || holders.some((holder) => equalBytes(holder, person)) ? null : { person: first, verified: this.#isVerified(first) };
  }

  #isVerified(person: IdentityKey): boolean {
    return this.#verified.some((known) => equalBytes(known.person, person));
  }

  /** Asked about the same members again and again. */
  #skeletonsOf(name: string): readonly string[] {
    const known = this.#skeletons.get(name) ?? skeletonsOf(name);
    this.#skeletons.set(name, known);
    return known;
  }
}

function firstOf(named: readonly Named[]): ReadonlyMap<string, IdentityKey> {
  const holders = new Map<string, IdentityKey>();
  for (const { person, name } of named) for (const skeleton of skeletonsOf(name)) if (!holders.has(skeleton)) holders.set(skeleton, person);
  return holders;
}

const holdersOf = (holders: ReadonlyMap<string, IdentityKey>, skeletons: readonly string[]): readonly IdentityKey[] => skeletons.flatMap((skeleton) => holders.get(skeleton) ?? []);
