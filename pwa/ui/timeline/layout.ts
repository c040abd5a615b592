/**
 * How a conversation is set: days, groups of one person's consecutive messages, notices between them and the
 * line where reading stopped. Pure: the same items give the same layout.
 */
import type { MessageItem, NoticeItem, Person, TimelineItem } from '../../engine/api.ts';

/** Messages of one person no further apart than this belong together. */
export const GROUP_GAP = 5 * 60_000;

/** A group of so many messages ends with the chapter, so that none is so long that showing a part of it means drawing all. */
const LONG = 8;
const CHAPTER = 16;

export interface MessageGroup {
  readonly kind: 'group';
  readonly key: string;
  readonly sender: Person;
  readonly mine: boolean;
  /** At least one, in order. */
  readonly messages: readonly MessageItem[];
}

export interface NoticeBlock {
  readonly kind: 'notice';
  readonly key: string;
  readonly notice: NoticeItem;
}

/** Stands before the first message that had not been read when the room was opened. */
export interface NewBlock {
  readonly kind: 'new';
  readonly key: 'new';
}

export type Block = MessageGroup | NoticeBlock | NewBlock;

export interface Day {
  /** Midnight, local time, Unix milliseconds; no two are the same. */
  readonly start: number;
  readonly blocks: readonly Block[];
}

/**
 * `newAfter`: the position up to which had been read; null for no line. Items come in log order, queued ones last. What is as it was
 * `before` is the same object, so that only what changed is drawn again.
 */
export function layOut(items: readonly TimelineItem[], newAfter: number | null, before: readonly Day[] = []): readonly Day[] {
  const days: { start: number; blocks: Block[] }[] = [];
  let lineDrawn = newAfter === null;
  for (const item of items) {
    const at = timeOf(item);
    const start = startOfDay(at);
    let day = days.at(-1);
    // A sender whose clock is a little behind must not open yesterday again below today.
    if (day === undefined || start > day.start) {
      day = { start, blocks: [] };
      days.push(day);
    }
    if (!lineDrawn && newAfter !== null && item.kind === 'message' && !item.mine && item.position !== null && item.position > newAfter) {
      day.blocks.push({ kind: 'new', key: 'new' });
      lineDrawn = true;
    }
    if (item.kind === 'notice') day.blocks.push({ kind: 'notice', key: item.id, notice: item });
    else addMessage(day.blocks, item);
  }
  const known = new Map(before.flatMap(({ blocks }) => blocks.map((block) => [block.key, block])));
  return days.map(({ start, blocks }) => ({ start, blocks: blocks.map((block) => asBefore(block, known.get(block.key))) }));
}

function asBefore(block: Block, known: Block | undefined): Block {
  if (known?.kind === 'notice' && block.kind === 'notice') return known.notice === block.notice ? known : block;
  if (known?.kind !== 'group' || block.kind !== 'group' || known.messages.length !== block.messages.length) return block;
  return block.messages.every((message, at) => message === known.messages[at]) ? known : block;
}

function addMessage(blocks: Block[], item: MessageItem): void {
  const last = blocks.at(-1);
  if (last?.kind === 'group' && belongs(last, item)) {
    blocks[blocks.length - 1] = { ...last, messages: [...last.messages, item] };
    return;
  }
  blocks.push({ kind: 'group', key: item.id, sender: item.sender, mine: item.mine, messages: [item] });
}

function belongs(group: MessageGroup, item: MessageItem): boolean {
  const previous = group.messages.at(-1);
  return previous !== undefined && group.sender.person === item.sender.person && group.mine === item.mine
    && Math.abs(item.sentAt - previous.sentAt) <= GROUP_GAP && !(group.messages.length >= LONG && chapter(item) !== chapter(previous));
}

/** By position, so that it is the same whatever is shown before it. */
const chapter = (item: MessageItem): number => Math.floor((item.position ?? 0) / CHAPTER);

export const timeOf = (item: TimelineItem): number => (item.kind === 'message' ? item.sentAt : item.at);

export function startOfDay(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
