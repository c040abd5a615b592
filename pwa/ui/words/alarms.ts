import { msg, str } from '@lit/localize';
import type { Alarm } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { isolated } from './people.ts';

const words = {
  forked: (relay: string) => msg(str`${isolated(relay)} shows people different conversations`),
  get forkedText() { return msg('It told you of other messages, or of another order, than it told someone else here. Your messages stay secret, but do not trust what may be missing. Talk about it outside this room.'); },
  reset: (relay: string) => msg(str`${isolated(relay)} has lost its messages`),
  get resetText() { return msg('It started anew. What you have on this device is kept; others may lack what they had not fetched yet.'); },
  rolledBack: (relay: string) => msg(str`${isolated(relay)} went back to an earlier state`),
  get rolledBackText() { return msg('Messages that it had taken are gone there. What you have on this device is kept.'); },
  withheld: (relay: string) => msg(str`${isolated(relay)} keeps messages from you`),
  get withheldText() { return msg('Someone here has messages that it never gave you. What you have on this device is kept. Talk about it outside this room.'); },
} as const;

/** What a relay did, naming it, and what that means for the person. */
export function alarmWords(alarm: Alarm): { readonly title: string; readonly text: string } {
  const relay = hostOf(alarm.relay);
  switch (alarm.kind) {
    case 'log-forked':
      return { title: words.forked(relay), text: words.forkedText };
    case 'relay-reset':
      return { title: words.reset(relay), text: words.resetText };
    case 'relay-rolled-back':
      return { title: words.rolledBack(relay), text: words.rolledBackText };
    case 'log-withheld':
      return { title: words.withheld(relay), text: words.withheldText };
    default:
      return assertNever(alarm.kind);
  }
}

/** `https://chat.example` as one says it. */
export const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : origin);
