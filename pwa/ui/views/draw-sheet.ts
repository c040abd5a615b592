/** Which element stands for which sheet. */
import { html, nothing } from 'lit';
import type { EngineState, MessageKey, PersonKey, RoomKey } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import type { ViewEvent } from '../media/sotto-tile.ts';
import type { RoomSheet, Sheet, SheetHost } from './sheets.ts';
import type { FoundEvent } from './sotto-search.ts';

type MessageEvent = CustomEvent<{ readonly message: MessageKey }>;
type RoomEvent = CustomEvent<{ readonly room: RoomKey }>;

export function drawSheet(sheet: Sheet, host: SheetHost) {
  const { engine, state } = host;
  const close = (): void => { host.close(); };
  switch (sheet.kind) {
    case 'new-room':
      return html`<sotto-new-room .engine=${engine} @close=${close} @created=${(event: RoomEvent) => { close(); host.openRoom(event.detail.room); }}></sotto-new-room>`;
    case 'join-link':
      return html`<sotto-join-link @close=${close} @link=${(event: CustomEvent<{ link: string }>) => { close(); host.joinBy(event.detail.link); }}></sotto-join-link>`;
    case 'device':
      return html`<sotto-device .device=${host.device} @close=${close}></sotto-device>`;
    case 'notices':
      return html`<sotto-notices .notices=${host.notices} @close=${close}></sotto-notices>`;
    case 'scan':
      return html`<sotto-join-link scanning @close=${close} @link=${(event: CustomEvent<{ link: string }>) => { close(); host.joinBy(event.detail.link); }}></sotto-join-link>`;
    case 'share':
      return html`<sotto-share .engine=${engine} .rooms=${state.rooms} .shared=${sheet.shared} @close=${close} @chosen=${(event: RoomEvent) => { close(); host.openRoom(event.detail.room); }}></sotto-share>`;
    case 'find':
      return drawSearch(null, host);
    case 'profile':
      return html`<sotto-profile .engine=${engine} .profile=${state.profile} .preferences=${state.preferences} ?notifies=${host.notices !== null} @close=${close} @notices=${() => { host.open({ kind: 'notices' }); }} @about=${() => { host.open({ kind: 'about' }); }} @device=${() => { host.open({ kind: 'device' }); }} @lock=${() => { host.open({ kind: 'lock' }); }}></sotto-profile>`;
    case 'lock':
      return html`<sotto-lock-settings .lock=${host.lock} .passkeys=${host.passkeys} .locking=${host.locking} @close=${close}></sotto-lock-settings>`;
    case 'about':
      return html`<sotto-about .version=${host.versions.version} .running=${host.versions.running} .next=${host.versions.next} @close=${close} @update=${() => { host.update(); }}></sotto-about>`;
    default: {
      const room = state.rooms.find((one) => one.room === sheet.room);
      return room === undefined ? nothing : drawRoomSheet(sheet, room, host);
    }
  }
}

function drawRoomSheet(sheet: RoomSheet, room: EngineState['rooms'][number], host: SheetHost) {
  const { engine } = host;
  const close = (): void => { host.close(); };
  const goTo = (event: MessageEvent): void => { close(); host.openRoom(room.room, event.detail.message); };
  const verify = (event: CustomEvent<{ person: PersonKey }>): void => { host.open({ kind: 'verify', room: room.room, person: event.detail.person }); };
  switch (sheet.kind) {
    case 'search':
      return drawSearch(room.room, host);
    case 'invite':
      return html`<sotto-invite-sheet .engine=${engine} .room=${room} mode="show" @close=${close}></sotto-invite-sheet>`;
    case 'invites':
      return html`<sotto-invite-sheet .engine=${engine} .room=${room} mode="list" @close=${close}></sotto-invite-sheet>`;
    case 'member':
      return html`<sotto-member-sheet .engine=${engine} .room=${room} .person=${sheet.person} @close=${close} @verify=${verify} @message=${(event: RoomEvent) => { close(); host.openRoom(event.detail.room); }}></sotto-member-sheet>`;
    case 'verify':
      return html`<sotto-verify .engine=${engine} .person=${sheet.person} @close=${close}></sotto-verify>`;
    case 'security':
      return html`<sotto-security .engine=${engine} .room=${room} @close=${close} @verify=${verify}></sotto-security>`;
    case 'edit':
      return html`<sotto-room-edit .engine=${engine} .room=${room} @close=${close}></sotto-room-edit>`;
    case 'mute':
      return html`<sotto-mute .engine=${engine} .room=${room} @close=${close}></sotto-mute>`;
    case 'disappearing':
      return html`<sotto-disappearing .engine=${engine} .room=${room} @close=${close}></sotto-disappearing>`;
    case 'banned':
      return html`<sotto-banned .engine=${engine} .room=${room} @close=${close}></sotto-banned>`;
    case 'move':
      return html`<sotto-move .engine=${engine} .room=${room} @close=${close}></sotto-move>`;
    case 'poll':
      return html`<sotto-poll-sheet .engine=${engine} .room=${room} @close=${close}></sotto-poll-sheet>`;
    case 'place':
      return html`<sotto-place-sheet .engine=${engine} .room=${room} @close=${close}></sotto-place-sheet>`;
    case 'forward':
      return html`<sotto-forward .engine=${engine} .room=${room} .rooms=${host.state.rooms} .message=${sheet.message} @close=${close}></sotto-forward>`;
    case 'media':
      return html`<sotto-room-media .engine=${engine} .room=${room} @close=${close} @go-to=${goTo} @view=${(event: ViewEvent) => { host.open({ kind: 'view', room: room.room, at: event.detail.at }); }}></sotto-room-media>`;
    case 'view':
      return html`<sotto-viewer .engine=${engine} .room=${room} .at=${sheet.at} @close=${close} @go-to=${goTo} @forward=${(event: MessageEvent) => { host.open({ kind: 'forward', room: room.room, message: event.detail.message }); }}></sotto-viewer>`;
    case 'thread':
      return html`<sotto-thread .engine=${engine} .room=${room} .message=${sheet.message} @close=${close}></sotto-thread>`;
    case 'versions':
      return html`<sotto-versions .engine=${engine} .room=${room} .message=${sheet.message} @close=${close}></sotto-versions>`;
    case 'leave':
    case 'forget':
      return html`<sotto-leave .engine=${engine} .room=${room} what=${sheet.kind} @close=${close} @done=${() => { close(); if (sheet.kind === 'forget') host.left(); }}></sotto-leave>`;
    default:
      return assertNever(sheet);
  }
}

const drawSearch = (room: RoomKey | null, host: SheetHost) => html`
  <sotto-search .engine=${host.engine} .rooms=${host.state.rooms} .room=${room} @close=${() => { host.close(); }}
    @found=${({ detail }: FoundEvent) => { host.close(); host.openRoom(detail.room, detail.message); }}></sotto-search>`;
