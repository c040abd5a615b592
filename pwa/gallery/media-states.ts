/** Pictures, films, voices and files: on their way, here, and gone wrong. */
import type { Attachment, AttachmentAt, MessageKey, Opened, RoomKey } from '../engine/api.ts';
import type { FakeScript } from '../../test/support/fake-engine.ts';
import { found, shadow } from './acting.ts';
import { rooms } from './conversations.ts';
import { Script, ana, jonas, me, mei, room } from './people.ts';
import { landscape } from './pictures.ts';
import { hum, humWaveform } from './sounds.ts';
import type { GalleryState } from './state.ts';

export const MEDIA_ROOM = 'media-1' as RoomKey;
const AT = `#/room/${MEDIA_ROOM}`;

const picture = (width: number, height: number, seed: number, more: Partial<Attachment> = {}): Attachment => {
  const scale = 24 / Math.max(width, height);
  return {
    look: 'picture', name: `IMG_${2040 + seed}.webp`, type: 'image/webp', width, height, size: 240_000 + seed * 31_000, isHere: true, transfer: null,
    preview: landscape(Math.round(width * scale), Math.round(height * scale), seed), ...more,
  };
};
const film = (more: Partial<Attachment> = {}): Attachment => ({ ...picture(1280, 720, 9), look: 'video', name: 'VID_0031.mp4', type: 'video/mp4', size: 18_400_000, duration: 42_000, isHere: false, ...more });
const voice = (seconds: number, more: Partial<Attachment> = {}): Attachment => ({
  look: 'voice', name: '', type: 'audio/webm', size: 9000 * seconds, duration: seconds * 1000, waveform: humWaveform(seconds), isHere: true, transfer: null, ...more,
});
const file = (name: string, size: number, more: Partial<Attachment> = {}): Attachment => ({ look: 'file', name, type: '', size, isHere: false, transfer: null, ...more });

/** Says what is attached to the message before, and what of it opens. */
class MediaScript extends Script {
  readonly opens: { readonly at: AttachmentAt; readonly opened: Opened }[] = [];
  readonly #room: RoomKey;

  constructor(prefix: string, at: RoomKey = MEDIA_ROOM) {
    super(prefix);
    this.#room = at;
  }

  with(attachments: readonly Attachment[], caption = ''): this {
    const item = this.items.at(-1);
    if (item?.kind !== 'message') throw new Error('Nobody said anything yet.');
    for (const [index, attachment] of attachments.entries()) {
      const opened = openedAs(attachment);
      if (opened !== null) this.opens.push({ at: { room: this.#room, message: item.id, index }, opened });
    }
    return this.also({ content: { kind: 'media', text: caption, attachments } });
  }

  wrong(problem: Extract<Opened['problem'], object>['code']): this {
    const last = this.opens.pop();
    if (last !== undefined) this.opens.push({ at: last.at, opened: { blob: new Blob(['<script>'], { type: 'application/octet-stream' }), shows: null, problem: { code: problem, detail: '' } } });
    return this;
  }
}

function openedAs({ look, width = 0, height = 0, duration = 0, name }: Attachment): Opened | null {
  switch (look) {
    case 'picture': {
      const seed = Number(/\d+/.exec(name)?.[0] ?? 2040) - 2040;
      const scale = Math.min(1, 1200 / Math.max(width, height));
      return { blob: new Blob([landscape(Math.round(width * scale), Math.round(height * scale), seed)], { type: 'image/webp' }), shows: 'picture' };
    }
    case 'voice':
      return { blob: new Blob([hum(duration / 1000)], { type: 'audio/wav' }), shows: 'audio' };
    case 'file':
      return { blob: new Blob(['%PDF-1.7'], { type: 'application/octet-stream' }), shows: null };
    case 'video':
      return null;
  }
}

const stage = (script: MediaScript, more: FakeScript = {}): FakeScript => ({
  profile: me, opens: script.opens, ...more,
  rooms: [room(MEDIA_ROOM, 'Sunday hikes', [ana, jonas, me, mei], script.items), ...rooms().filter(({ summary }) => summary.room !== 'aHikes-6')],
});

const talk = () => new MediaScript('media')
  .say(ana, 60 * 25, '').with([picture(1600, 1200, 1), picture(1200, 1600, 2), picture(1600, 1067, 3), picture(1400, 1400, 4), picture(1600, 900, 5), picture(1000, 1500, 6)], 'The whole lot from Saturday')
  .say(jonas, 60 * 24, 'Number five is lovely')
  .say(jonas, 58, '').with([picture(900, 1400, 7)])
  .say(me, 50, '').with([picture(1600, 1067, 8), picture(1600, 1067, 9), picture(1200, 1600, 10)], 'Ridge, ridge, and the *hut*')
  .say(mei, 41, '').with([voice(17)])
  .say(me, 38, '').with([voice(6)])
  .say(ana, 31, '').with([file('Seealpsee loop, east variant (final).gpx', 84_300), file('hut-booking.pdf', 1_240_000)], 'Load it before you lose signal')
  .say(jonas, 12, '').with([film()]);

const moving = () => new MediaScript('moving')
  .say(ana, 30, '').with([picture(1600, 1000, 11, { isHere: false, size: 7_400_000 })], 'Large one')
  .say(jonas, 26, '').with([film({ transfer: { direction: 'down', state: 'moving', done: 6_100_000, total: 18_400_000 } })])
  .say(ana, 24, '').with([file('map-tiles.zip', 412_000_000, { transfer: { direction: 'down', state: 'paused', done: 120_000_000, total: 412_000_000 } })])
  .say(me, 3, '', 'queued').with([picture(1600, 1200, 12, { transfer: { direction: 'up', state: 'moving', done: 300_000, total: 700_000 } }), picture(1600, 1200, 13, { transfer: { direction: 'up', state: 'waiting', done: 0, total: 690_000 } })])
  .say(me, 2, '', 'queued').with([voice(9, { transfer: { direction: 'up', state: 'waiting', done: 0, total: 60_000 } })])
  .say(me, 1, '', 'queued').with([file('minutes.odt', 48_000, { transfer: { direction: 'up', state: 'paused', done: 10_000, total: 48_000 } })]);

const wrong = () => {
  const script = new MediaScript('wrong')
    .say(ana, 30, '').with([picture(1600, 1000, 14, { isHere: false })]);
  // Nothing opens there: the relay does not have it any more.
  script.opens.pop();
  return script
    .say(jonas, 26, '').with([picture(1200, 1200, 15)], 'Look at this!').wrong('attachment-mistyped')
    .say(mei, 24, '').with([picture(40_000, 40_000, 16)]).wrong('attachment-too-many-pixels')
    .say(jonas, 20, '').with([voice(5)]).wrong('attachment-mistyped')
    .say(mei, 15, '').with([file('report.pdf', 88_000, { transfer: { direction: 'down', state: 'failed', done: 0, total: 88_000, problem: { code: 'attachment-damaged', detail: '' } } })])
    .say(me, 2, '', 'queued').with([file('film.mov', 2_900_000_000, { transfer: { direction: 'up', state: 'failed', done: 0, total: 2_900_000_000, problem: { code: 'relay-full', detail: '' } } })]);
};

const drawn = async (app: Parameters<NonNullable<GalleryState['then']>>[0]): Promise<void> => { await found(shadow(app), 'sotto-room', 'sotto-log', 'sotto-message-group', 'sotto-attachments'); };
const top: GalleryState['then'] = async (app) => {
  await drawn(app);
  const log = await found<HTMLElement>(shadow(app), 'sotto-room', 'sotto-log', '.log');
  log.scrollTop = 0;
  log.dispatchEvent(new Event('scroll'));
};

export const mediaKey = (at: number, of = 'media'): MessageKey => `${of}-${at}` as MessageKey;

export const MEDIA_STATES: readonly GalleryState[] = [
  { name: 'media', title: 'Voices, files and films', script: () => stage(talk()), at: AT, then: drawn },
  { name: 'media-top', title: 'Pictures and albums', script: () => stage(talk()), at: AT, then: top },
  { name: 'media-rtl', title: 'The same from right to left', script: () => stage(talk()), at: AT, rtl: true, then: drawn },
  { name: 'media-moving', title: 'On its way', script: () => stage(moving()), at: AT, then: drawn },
  { name: 'media-wrong', title: 'Not what it says it is', script: () => stage(wrong()), at: AT, then: drawn },
];
