/** A room's media, files and links. */
import type { Room } from '../actor/room.ts';
import type { RoomMediaKind, RoomMediaPage } from '../api.ts';

export async function roomMedia(_room: Room, _of: RoomMediaKind, _page: { readonly before?: number; readonly limit: number }): Promise<RoomMediaPage> {
  return { media: [], links: [], hasOlder: false };
}
