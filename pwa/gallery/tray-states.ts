/** What is to be sent with a text, from being chosen to being ready. */
import type { FakeScript } from '../../test/support/fake-engine.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';
import { compose, found, shadow } from './acting.ts';
import { rooms } from './conversations.ts';
import { me } from './people.ts';
import { landscape } from './pictures.ts';
import type { GalleryState } from './state.ts';

const AT = '#/room/aHikes-6';
const script = (more: FakeScript = {}): FakeScript => ({ profile: me, rooms: rooms(), ...more });

const picture = (name: string, seed: number): File => new File([new Uint8Array(landscape(640, 480, seed))], name, { type: 'image/webp' });

function dragged(files: readonly File[]): DataTransfer {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  return held;
}

async function drop(app: SottoApp, files: readonly File[]): Promise<void> {
  const room = await found<HTMLElementTagNameMap['sotto-room']>(shadow(app), 'sotto-room');
  await found(room, 'sotto-composer');
  room.dispatchEvent(new DragEvent('drop', { dataTransfer: dragged(files), cancelable: true }));
  await found(room, 'sotto-tray', files.length === 0 ? 'ul' : 'li:not(.busy)');
}

export const TRAY_STATES: readonly GalleryState[] = [
  { name: 'tray', title: 'Pictures and a file to be sent', script, at: AT, then: async (app) => {
    await drop(app, [picture('ridge.webp', 3), picture('hut.webp', 8), new File([new Uint8Array(84_300)], 'Seealpsee loop, east variant (final).gpx')]);
    await compose(app, 'Two from the ridge, and the route');
  } },
  { name: 'tray-refused', title: 'A file that cannot be sent', script: () => script({ failing: { stage: 'attachment-too-large' } }), at: AT, then: (app) => drop(app, [new File([new Uint8Array(2000)], 'whole-trip.mkv')]) },
  { name: 'drop', title: 'Files held over a room', script, at: AT, then: async (app) => {
    const room = await found<HTMLElementTagNameMap['sotto-room']>(shadow(app), 'sotto-room');
    await found(room, 'sotto-composer');
    room.dispatchEvent(new DragEvent('dragenter', { dataTransfer: dragged([picture('ridge.webp', 3)]), cancelable: true }));
    await found(room, '.veil');
  } },
];
