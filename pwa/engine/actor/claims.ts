/** Holding what members say of the log against what the relay gave: the alarms of a forked log, and of one that was not given whole. */
import { equalBytes } from '../../../shared/bytes.ts';
import { START, type Seq } from '../../../shared/ids.ts';
import { assertNever } from '../../../shared/never.ts';
import type { Alarm } from '../api.ts';
import type { Change } from '../ports/storage.ts';
import type { RoomRecord } from '../records/room-record.ts';
import { adopted, firstLink, type Chain, type Link } from '../wire/chain.ts';
import type { Message } from '../wire/content.ts';
import type { RoomHost } from './host.ts';
import type { Step } from './state.ts';

/** Links are kept in pages of so many positions: the current page and the one before. */
const PAGE = 512;

const pageOf = (seq: number): number => Math.floor(seq / PAGE);

export const putLink = (room: string, link: Link): Change => ({ kind: 'put', store: 'links', key: [room, pageOf(link.seq), link.seq], value: link.hash });

/** Keeps the last link, for claims that will name it, and forgets those too old to be named. */
export function putLinks(step: Step): void {
  const { chain } = step.record;
  if (chain.kind === 'adrift') return;
  step.newLinks.set(chain.last.seq, chain.last.hash);
  step.change(putLink(step.room, chain.last));
  if (chain.last.seq % PAGE === 0 && pageOf(chain.last.seq) >= 2) step.change({ kind: 'clear', store: 'links', prefix: [step.room, pageOf(chain.last.seq) - 2] });
}

/** The link at a position; undefined where the chain has none there, null where it is not known any more, or not yet. */
export async function linkAt(host: RoomHost, step: Step, chain: Extract<Chain, { kind: 'anchored' }>, seq: Seq): Promise<Uint8Array | undefined | null> {
  if (chain.last.seq === seq) return chain.last.hash;
  if (seq > chain.last.seq) return undefined;
  if (seq === START && chain.since === START) return firstLink(step.record.room).hash;
  if (seq < chain.since || pageOf(seq) < pageOf(chain.last.seq) - 1) return null;
  return step.newLinks.get(seq) ?? (await host.storage.get('links', [step.room, pageOf(seq), seq]));
}

/** What a member's claim shows. `unknown`: it names a position of which this device cannot know. */
type Finding = 'agrees' | 'unknown' | Extract<Alarm['kind'], 'log-forked' | 'log-withheld'>;

/** Checks a member's claim; raises the lasting alarm where it and the relay's log differ. */
export async function checkClaim(host: RoomHost, step: Step, { authenticator, chain: claim }: Pick<Message, 'authenticator' | 'chain'>): Promise<void> {
  // An epoch authenticator is no secret towards those who have it.
  if (step.mls !== null && !equalBytes(authenticator, step.mls.group.epochAuthenticator)) return raise(host, step, 'log-forked');
  if (claim === null) return;
  const finding = await held(host, step, claim);
  switch (finding) {
    case 'agrees':
      return agreed(step, claim.seq);
    case 'unknown':
      return;
    case 'log-forked':
    case 'log-withheld':
      return raise(host, step, finding);
    default:
      return assertNever(finding);
  }
}

async function held(host: RoomHost, step: Step, claim: Link): Promise<Finding> {
  const { chain } = step.record;
  if (chain.kind === 'adrift') return adopt(step, chain, claim);
  const own = await linkAt(host, step, chain, claim.seq);
  if (own === null) return 'unknown';
  // The other was given an envelope at a position where this device has none.
  if (own === undefined) return 'log-withheld';
  return equalBytes(own, claim.hash) ? 'agrees' : 'log-forked';
}

function agreed(step: Step, seq: Seq): void {
  const position = seq + step.record.shift;
  if (position > (step.record.agreedThrough ?? -1)) step.update({ agreedThrough: position });
}

function adopt(step: Step, chain: Extract<Chain, { kind: 'adrift' }>, claim: Link): Finding {
  if (claim.seq < chain.since) return 'unknown';
  const links = adopted(chain, claim);
  const last = links?.at(-1);
  if (links === undefined || last === undefined) return 'log-withheld';
  step.update({ chain: { kind: 'anchored', since: claim.seq, last } });
  for (const link of links) {
    step.newLinks.set(link.seq, link.hash);
    step.change(putLink(step.room, link));
  }
  return 'agrees';
}

/** One of each kind stands until the person dismisses it. */
export function raise(host: RoomHost, step: Step, kind: Alarm['kind']): void {
  const { alarms } = step.record;
  if (!alarms.some((alarm) => alarm.kind === kind)) step.update({ alarms: [...alarms, { kind, since: host.clock.now() }] });
}

/** What this device says of the log in its own messages. */
export const ownClaim = ({ chain }: RoomRecord): Link | null => (chain.kind === 'anchored' ? chain.last : null);
