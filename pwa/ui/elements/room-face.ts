import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { Member, RoomSummary } from '../../engine/api.ts';
import './sotto-avatar.ts';

type Faced = Pick<RoomSummary, 'me' | 'members' | 'name' | 'room' | 'kind' | 'look'>;

/** The other person, where there is exactly one. */
export const otherOf = (room: Pick<RoomSummary, 'me' | 'members'>): Member | undefined =>
  room.members.length === 2 ? room.members.find((member) => member.person !== room.me) : undefined;

/** The other person of a room of two that was made for the two; undefined in every other room. */
export const partnerOf = (room: Pick<RoomSummary, 'me' | 'members' | 'kind'>): Member | undefined =>
  room.kind === 'direct' ? room.members.find((member) => member.person !== room.me) : undefined;

/** A room's avatar; a room of two, and one that is called like the other person in it, looks like them. */
export function roomFace(room: Faced): TemplateResult {
  const partner = partnerOf(room);
  const other = otherOf(room);
  const person = partner ?? (other !== undefined && other.name === room.name && room.look.picture === null ? other : undefined);
  return person === undefined && room.kind === 'group'
    ? html`<sotto-avatar .name=${room.name} .key=${room.room} .hue=${room.look.hue} .picture=${room.look.picture} kind="room"></sotto-avatar>`
    : html`<sotto-avatar .name=${room.name} .key=${person?.person ?? room.room} .hue=${null} .picture=${null} kind="person"></sotto-avatar>`;
}
