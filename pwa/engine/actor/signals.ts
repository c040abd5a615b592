/**
 * Who is writing, and who is there: said by signals, known for a moment, stored nowhere. Each has its preference: whoever does not tell is not told. To rooms
 * in which one is not sure of oneself or the others (asked, unconfirmed, with somebody under a verified name), or that one has muted, nothing is said.
 */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import { encodeEnvelope, type Envelope } from '../../../shared/envelope.ts';
import { START, type EnvelopeId } from '../../../shared/ids.ts';
import { assertNever } from '../../../shared/never.ts';
import type { Person, Presence } from '../api.ts';
import type { IdentityKey, Member } from '../mls/index.ts';
import { failureOf } from '../recovery/failures.ts';
import { openOuter, sealOuter } from '../wire/outer.ts';
import { decodeSignal, encodeSignal, type SignalBody } from '../wire/signals.ts';
import { isMuted } from './keeping.ts';
import { personOf } from './people.ts';
import { isHeld } from './recognition.ts';
import type { Room } from './room.ts';

/** Milliseconds. While one writes it is said so often, and taken for so long. */
const TYPING_EVERY = 3000;
const TYPING_FOR = 6000;
/** The same of having the app before one. */
const PRESENCE_EVERY = 60_000;
const PRESENCE_FOR = 100_000;
/** Clocks may differ by as much; what is older is not believed, whoever delivers it. */
const BELIEVED_FOR = 300_000;
/** In larger groups nobody says that they are there: everybody would have to be told of everybody. */
const MOST_PRESENT = 50;

interface Known {
  readonly person: IdentityKey;
  readonly name: string;
  /** Of the newest thing they said, by their clock: what is older comes too late. */
  readonly at: number;
  readonly typing: (() => void) | null;
  /** When they last had the app before them, by ours; 0 where they did not say. */
  readonly seenAt: number;
  readonly leaving: (() => void) | null;
}

const SILENT = { at: 0, typing: null, seenAt: 0, leaving: null } as const;

/** What is known of the others, and what was told them. */
export class Signs {
  readonly #room: Room;
  readonly #known = new Map<string, Known>();
  #typingSaidAt = 0;
  #presenceSaidAt = 0;
  #lastAt = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  get typing(): readonly Person[] {
    if (!this.#room.host.preferences().typing) return [];
    return [...this.#known.values()].filter(({ typing }) => typing !== null).map(personOf);
  }

  presenceOf(person: IdentityKey): Presence | null {
    const known = this.#known.get(toHex(person));
    if (known === undefined || known.seenAt === 0 || !this.#room.host.preferences().presence) return null;
    return { online: known.leaving !== null, at: known.seenAt };
  }

  /** The person writes, or does not any more. */
  sayTyping(on: boolean): void {
    const now = this.#room.host.clock.now();
    const since = now - this.#typingSaidAt;
    if (!this.#room.host.preferences().typing || (on ? since >= 0 && since < TYPING_EVERY : since >= TYPING_FOR)) return;
    if (this.#say({ kind: 'typing', on })) this.#typingSaidAt = on ? now : 0;
  }

  /** A message says as much. */
  sent(): void {
    this.#typingSaidAt = 0;
  }

  sayPresence(): void {
    const { clock, preferences } = this.#room.host;
    const now = clock.now();
    const since = now - this.#presenceSaidAt;
    if (!preferences().presence || (since >= 0 && since < PRESENCE_EVERY) || this.#room.state.record.members.length > MOST_PRESENT) return;
    if (this.#say({ kind: 'presence' })) this.#presenceSaidAt = now;
  }

  #say(body: SignalBody): boolean {
    const { host, state: { record, mls } } = this.#room;
    const own = mls?.group.members.find(({ leaf }) => leaf === mls.group.me);
    if (mls === null || own === undefined || !this.#mayTell()) return false;
    const at = { kind: 'signal', room: record.room, epoch: record.epoch, id: host.randomness.bytes(16) as EnvelopeId } as const;
    this.#lastAt = Math.max(host.clock.now(), this.#lastAt + 1);
    const content = encodeSignal(at, { at: this.#lastAt, device: own.deviceKey, body }, (statement) => mls.group.sign(statement));
    this.#room.link.send(encodeEnvelope({ ...at, seq: START, payload: sealOuter(mls.keys.outer, at, content) }));
    return true;
  }

  #mayTell(): boolean {
    const { host, isLive, state: { record } } = this.#room;
    if (!isLive || record.standing.kind !== 'member' || !record.confirmed || record.members.length < 2) return false;
    return !isMuted(record.place, host.clock.now()) && !isHeld(this.#room);
  }

  /** Whatever cannot be read, or is nobody's here, is nothing. */
  take(envelope: Envelope): void {
    const { record, mls } = this.#room.state;
    if (mls === null || record.standing.kind !== 'member' || !equalBytes(envelope.epoch, record.epoch)) return;
    const content = opened(mls.keys, envelope);
    const signal = content && decodeSignal(envelope, content);
    const sender = signal && mls.group.members.find(({ deviceKey }) => equalBytes(deviceKey, signal.device));
    const { host } = this.#room;
    if (signal === undefined || sender === undefined || equalBytes(sender.identityKey, host.profile().identityKey)) return;
    const now = host.clock.now();
    const before = this.#of(sender);
    if (signal.at <= before.at || Math.abs(now - signal.at) > BELIEVED_FOR) return;
    this.#become({ ...before, at: signal.at });
    switch (signal.body.kind) {
      case 'typing':
        return this.#typing(sender, signal.body.on);
      case 'presence':
        return this.#present(sender, now);
      default:
        return assertNever(signal.body);
    }
  }

  /** They wrote: what they were about to is said. */
  wrote(sender: Member, at: number): void {
    const before = this.#known.get(toHex(sender.identityKey));
    if (before === undefined) return;
    this.#become({ ...before, at: Math.max(at, before.at) });
    this.#typing(sender, false);
  }

  #of(sender: Member): Known {
    const { person, name } = this.#room.storedPerson(sender);
    return { ...SILENT, ...this.#known.get(toHex(person)), person, name };
  }

  #become(known: Known): void {
    this.#known.set(toHex(known.person), known);
  }

  #typing(sender: Member, on: boolean): void {
    const before = this.#of(sender);
    before.typing?.();
    if (!on && before.typing === null) return;
    const ends = on ? this.#room.host.clock.after(TYPING_FOR, () => { this.#typing(sender, false); }) : null;
    this.#become({ ...before, typing: ends });
    if ((before.typing === null) !== (ends === null) && this.#room.host.preferences().typing) this.#room.host.changed();
  }

  #present(sender: Member, seenAt: number): void {
    const before = this.#of(sender);
    before.leaving?.();
    const leaving = this.#room.host.clock.after(PRESENCE_FOR, () => {
      this.#become({ ...this.#of(sender), leaving: null });
      this.#room.host.changed();
    });
    this.#become({ ...before, seenAt, leaving });
    // That they still are is no news.
    if (before.leaving === null && this.#room.host.preferences().presence) this.#room.host.changed();
  }

  /** Without a connection nobody is heard: who was there was there last. */
  unheard(): void {
    for (const known of this.#known.values()) {
      known.typing?.();
      known.leaving?.();
      this.#become({ ...known, typing: null, leaving: null });
    }
  }
}

function opened(keys: Parameters<typeof openOuter>[0], envelope: Envelope): Uint8Array | undefined {
  try {
    const { message, fromOutside } = openOuter(keys, envelope, envelope.payload);
    return fromOutside ? undefined : message;
  } catch (cause) {
    if (failureOf(cause, 'reading-message') === undefined) throw cause;
    return undefined;
  }
}
