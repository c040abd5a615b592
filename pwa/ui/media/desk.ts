import { SMALL_ATTACHMENT_BYTES } from '../../engine/api.ts';
import type { Attachment, AttachmentAt, Engine, FetchMedia, Transfer } from '../../engine/api.ts';
import { Player } from './player.ts';
import { keyOf } from './shown.ts';
import type { Shown, Taken } from './shown.ts';

/** Milliseconds for which an address stays good after the last one has let go: an element that is moved takes it up again. */
const LINGER = 1000;

interface Entry {
  shown: Promise<Shown>;
  url: string | null;
  holders: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * What is open of attachments in this page: each once, however many draw it, and the address let go of when nobody does. Only what the
 * engine has judged to be showable ever gets an address. Fires `transfer` when an attachment moves.
 */
export class MediaDesk extends EventTarget {
  readonly engine: Engine;
  readonly player: Player;
  readonly #open = new Map<string, Entry>();
  /** Newer than what the messages say. */
  readonly #transfers = new Map<string, Transfer | null>();
  #fetches: FetchMedia = 'small';

  constructor(engine: Engine) {
    super();
    this.engine = engine;
    this.player = new Player(this);
    engine.subscribe((event) => {
      if (event.kind === 'state') this.#fetches = event.state.preferences.fetchMedia;
      if (event.kind !== 'transfer') return;
      this.#transfers.set(keyOf(event.at), event.transfer);
      this.dispatchEvent(new Event('transfer'));
    });
    engine.state().then(({ preferences }) => { this.#fetches = preferences.fetchMedia; }, () => undefined); // the app says that the engine has stopped
  }

  transferOf(at: AttachmentAt, { transfer }: Attachment): Transfer | null {
    const known = this.#transfers.get(keyOf(at));
    return known === undefined ? transfer : known;
  }

  /** Whether it is fetched as it comes into sight. */
  comesByItself({ look, size, isHere }: Attachment): boolean {
    if (look === 'file') return false;
    return isHere || this.#fetches === 'always' || (this.#fetches === 'small' && look !== 'video' && size <= SMALL_ATTACHMENT_BYTES);
  }

  take(at: AttachmentAt): Taken {
    const key = keyOf(at);
    const entry = this.#open.get(key) ?? this.#begin(key, at);
    clearTimeout(entry.timer);
    entry.holders += 1;
    let held = true;
    return {
      shown: entry.shown,
      release: () => {
        if (!held) return;
        held = false;
        entry.holders -= 1;
        if (entry.holders === 0) entry.timer = setTimeout(() => { this.#end(key, entry); }, LINGER);
      },
    };
  }

  #begin(key: string, at: AttachmentAt): Entry {
    const entry: Entry = { shown: this.#opened(at), url: null, holders: 0, timer: undefined };
    this.#open.set(key, entry);
    entry.shown.then(
      ({ url }) => {
        entry.url = url;
        if (this.#open.get(key) !== entry) revoke(entry);
      },
      // The next one asks again.
      () => { if (this.#open.get(key) === entry) this.#open.delete(key); },
    );
    return entry;
  }

  async #opened(at: AttachmentAt): Promise<Shown> {
    const opened = await this.engine.open(at);
    return { ...opened, url: opened.shows === null ? null : URL.createObjectURL(opened.blob) };
  }

  #end(key: string, entry: Entry): void {
    if (entry.holders > 0) return;
    if (this.#open.get(key) === entry) this.#open.delete(key);
    revoke(entry);
  }
}

function revoke(entry: Entry): void {
  if (entry.url !== null) URL.revokeObjectURL(entry.url);
  entry.url = null;
}

const desks = new WeakMap<Engine, MediaDesk>();

/** One for an engine. */
export function deskOf(engine: Engine): MediaDesk {
  const known = desks.get(engine) ?? new MediaDesk(engine);
  desks.set(engine, known);
  return known;
}
