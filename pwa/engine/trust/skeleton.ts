/** When two names are the same to the eye. */
import { neutralised } from '../rooms/names.ts';
import { withoutLookalikes } from './confusables.ts';

/**
 * Names that share a skeleton look alike: invisible characters, compatibility forms, marks, case, spaces, punctuation and
 * lookalike letters make no difference. (After UTS #39 §4, made coarser: a name needs no more than to be told from another.)
 *
 * Up to two of each name, as it is written and in small letters: a Greek Η looks like H, but is an η, which looks like n.
 * Never shown. None for a name of nothing but such characters, which resembles no other.
 */
export function skeletonsOf(name: string): readonly string[] {
  const bare = neutralised(name).normalize('NFKD');
  return [...new Set([bare, bare.toLowerCase()].map(skeletonOf))].filter((skeleton) => skeleton !== '');
}

const skeletonOf = (text: string): string => withoutLookalikes(text.replace(/\p{M}/gu, '')).normalize('NFKD').replace(/[\p{M}\p{P}\p{Z}\p{Sk}]/gu, '');

export const looksLike = (one: string, other: string): boolean => {
  const others = skeletonsOf(other);
  return skeletonsOf(one).some((skeleton) => others.includes(skeleton));
};
