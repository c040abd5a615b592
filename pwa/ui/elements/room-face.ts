import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { Person, RoomSummary } from '../../engine/api.ts';
import './sotto-avatar.ts';

/** The other person, where there is exactly one. */
export const otherOf = (room: Pick<RoomSummary, 'me' | 'members'>): Person | undefined =>
  room.members.length === 2 ? room.members.find((member) => member.person !== room.me) : undefined;

/** A room's avatar; one that is called like the other person in it looks like them. */
export function roomFace(room: Pick<RoomSummary, 'me' | 'members' | 'name' | 'room'>): TemplateResult {
  const other = otherOf(room);
  return other !== undefined && other.name === room.name
    ? html`<sotto-avatar .name=${other.name} .key=${other.person} kind="person"></sotto-avatar>`
    : html`<sotto-avatar .name=${room.name} .key=${room.room} kind="room"></sotto-avatar>`;
}
