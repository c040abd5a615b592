import { svg, html } from 'lit';
import type { TemplateResult } from 'lit';

import Archive from 'lucide/dist/esm/icons/archive.mjs';
import ArchiveRestore from 'lucide/dist/esm/icons/archive-arrow-up.mjs';
import ArrowDown from 'lucide/dist/esm/icons/arrow-down.mjs';
import ArrowUp from 'lucide/dist/esm/icons/arrow-up.mjs';
import BadgeCheck from 'lucide/dist/esm/icons/badge-check.mjs';
import Ban from 'lucide/dist/esm/icons/ban.mjs';
import Bell from 'lucide/dist/esm/icons/bell.mjs';
import BellOff from 'lucide/dist/esm/icons/bell-off.mjs';
import Camera from 'lucide/dist/esm/icons/camera.mjs';
import Check from 'lucide/dist/esm/icons/check.mjs';
import CheckCheck from 'lucide/dist/esm/icons/check-check.mjs';
import ChevronLeft from 'lucide/dist/esm/icons/chevron-left.mjs';
import ChevronRight from 'lucide/dist/esm/icons/chevron-right.mjs';
import CircleCheck from 'lucide/dist/esm/icons/circle-check.mjs';
import Clock from 'lucide/dist/esm/icons/clock-3.mjs';
import CloudOff from 'lucide/dist/esm/icons/cloud-off.mjs';
import Download from 'lucide/dist/esm/icons/download.mjs';
import Copy from 'lucide/dist/esm/icons/copy.mjs';
import Ellipsis from 'lucide/dist/esm/icons/ellipsis.mjs';
import File from 'lucide/dist/esm/icons/file.mjs';
import Image from 'lucide/dist/esm/icons/image.mjs';
import Keyboard from 'lucide/dist/esm/icons/keyboard.mjs';
import KeyRound from 'lucide/dist/esm/icons/key-round.mjs';
import Link from 'lucide/dist/esm/icons/link-2.mjs';
import Lock from 'lucide/dist/esm/icons/lock.mjs';
import LogOut from 'lucide/dist/esm/icons/log-out.mjs';
import MessageCircle from 'lucide/dist/esm/icons/message-circle.mjs';
import Mic from 'lucide/dist/esm/icons/mic.mjs';
import Pause from 'lucide/dist/esm/icons/pause.mjs';
import Photos from 'lucide/dist/esm/icons/images.mjs';
import Play from 'lucide/dist/esm/icons/play.mjs';
import Upload from 'lucide/dist/esm/icons/upload.mjs';
import Pencil from 'lucide/dist/esm/icons/pencil.mjs';
import Forward from 'lucide/dist/esm/icons/forward.mjs';
import MapPin from 'lucide/dist/esm/icons/map-pin.mjs';
import Pin from 'lucide/dist/esm/icons/pin.mjs';
import PinOff from 'lucide/dist/esm/icons/pin-off.mjs';
import Reply from 'lucide/dist/esm/icons/reply.mjs';
import MessagesSquare from 'lucide/dist/esm/icons/messages-square.mjs';
import Poll from 'lucide/dist/esm/icons/chart-bar-decreasing.mjs';
import Plus from 'lucide/dist/esm/icons/plus.mjs';
import QrCode from 'lucide/dist/esm/icons/qr-code.mjs';
import ScanLine from 'lucide/dist/esm/icons/scan-line.mjs';
import Search from 'lucide/dist/esm/icons/search.mjs';
import Server from 'lucide/dist/esm/icons/server.mjs';
import Share from 'lucide/dist/esm/icons/share.mjs';
import ShieldCheck from 'lucide/dist/esm/icons/shield-check.mjs';
import Smile from 'lucide/dist/esm/icons/face-slightly-smiling.mjs';
import Sparkles from 'lucide/dist/esm/icons/sparkles.mjs';
import Timer from 'lucide/dist/esm/icons/timer.mjs';
import Trash from 'lucide/dist/esm/icons/trash.mjs';
import ListChecks from 'lucide/dist/esm/icons/list-checks.mjs';
import UserCheck from 'lucide/dist/esm/icons/user-check.mjs';
import UserCog from 'lucide/dist/esm/icons/user-cog.mjs';
import UserMinus from 'lucide/dist/esm/icons/user-minus.mjs';
import UserPlus from 'lucide/dist/esm/icons/user-plus.mjs';
import Users from 'lucide/dist/esm/icons/users.mjs';
import Warning from 'lucide/dist/esm/icons/triangle-alert.mjs';
import X from 'lucide/dist/esm/icons/x.mjs';

const ICONS = {
  archive: Archive, bell: Bell, mute: BellOff, restore: ArchiveRestore, timer: Timer,
  back: ChevronLeft, ban: Ban, camera: Camera, check: Check, clock: Clock, close: X, copy: Copy, done: CircleCheck, down: ArrowDown, edit: Pencil, forward: ChevronRight, image: Image,
  invite: UserPlus, key: KeyRound, leave: LogOut, link: Link, lock: Lock, menu: Ellipsis, message: MessageCircle, offline: CloudOff, people: Users, plus: Plus, qr: QrCode, relay: Server,
  search: Search, remove: UserMinus, role: UserCog, scan: ScanLine, send: ArrowUp, share: Share, shield: ShieldCheck, ticks: CheckCheck, trash: Trash, unknown: Sparkles, verified: BadgeCheck,
  download: Download, mic: Mic, pause: Pause, photos: Photos, play: Play, upload: Upload,
  face: Smile, file: File, forwardTo: Forward, keyboard: Keyboard, poll: Poll, select: ListChecks, pin: Pin, place: MapPin, reply: Reply, thread: MessagesSquare, unpin: PinOff, waiting: UserCheck, warning: Warning,
} as const;

export type IconName = keyof typeof ICONS;

/** Icons that point along the line of reading turn round with it. */
const TURNS: ReadonlySet<IconName> = new Set(['back', 'forward', 'forwardTo', 'reply']);

/** Pixels at the usual text size; larger with it. */
const rem = (size: number): string => `${size / 16}rem`;

/** A 20 px outline, hidden from screen readers: whatever it stands in says in words what it means. */
export const icon = (name: IconName, size = 20): TemplateResult => html`<svg
  class=${TURNS.has(name) ? 'icon turns' : 'icon'} width=${rem(size)} height=${rem(size)} viewBox="0 0 24 24" fill="none" stroke="currentColor"
  stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"
>${ICONS[name].map(([tag, attributes]) => shape(tag, attributes))}</svg>`;

type Attributes = Readonly<Record<string, string | number>>;

function shape(tag: string, a: Attributes): TemplateResult {
  switch (tag) {
    case 'circle':
      return svg`<circle cx=${a.cx ?? 0} cy=${a.cy ?? 0} r=${a.r ?? 0} />`;
    case 'rect':
      return svg`<rect x=${a.x ?? 0} y=${a.y ?? 0} width=${a.width ?? 0} height=${a.height ?? 0} rx=${a.rx ?? 0} ry=${a.ry ?? 0} />`;
    case 'line':
      return svg`<line x1=${a.x1 ?? 0} y1=${a.y1 ?? 0} x2=${a.x2 ?? 0} y2=${a.y2 ?? 0} />`;
    case 'ellipse':
      return svg`<ellipse cx=${a.cx ?? 0} cy=${a.cy ?? 0} rx=${a.rx ?? 0} ry=${a.ry ?? 0} />`;
    case 'path':
      return svg`<path d=${a.d ?? ''} />`;
    default:
      throw new Error(`An icon has a shape that is not drawn here: ${tag}`);
  }
}
