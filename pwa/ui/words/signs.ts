/** Who is writing and who is there, how long rooms are muted. */
import { msg, str } from '@lit/localize';
import type { Muted, Presence, RoomSummary } from '../../engine/api.ts';
import { isolated } from './people.ts';
import { endTime, fromNow } from './times.ts';

const words = {
  typing: (who: string) => msg(str`${who} is typing…`),
  both: (one: string, other: string) => msg(str`${one} and ${other} are typing…`),
  get several() { return msg('Several people are typing…'); },
  get partner() { return msg('typing…'); },
  get online() { return msg('online'); },
  seen: (time: string) => msg(str`last seen ${time}`),
  get always() { return msg('Muted'); },
  until: (time: string) => msg(str`Muted until ${time}`),
  get mentions() { return msg('Muted, but for mentions'); },
  mentionsUntil: (time: string) => msg(str`Muted until ${time}, but for mentions`),
} as const;

/** Empty where nobody writes. In a room of two it is plain who does. */
export function typingText({ typing, kind }: Pick<RoomSummary, 'typing' | 'kind'>): string {
  const [one, other] = typing;
  if (one === undefined) return '';
  if (kind === 'direct') return words.partner;
  if (other === undefined) return words.typing(isolated(one.name));
  return typing.length === 2 ? words.both(isolated(one.name), isolated(other.name)) : words.several;
}

export const presenceText = ({ online, at }: Presence): string => (online ? words.online : words.seen(fromNow(at)));

export function mutedText({ until, mentions }: Muted): string {
  if (until === null) return mentions ? words.mentions : words.always;
  return mentions ? words.mentionsUntil(endTime(until)) : words.until(endTime(until));
}
