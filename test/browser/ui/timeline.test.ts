import { expect } from '@esm-bundle/chai';
import type { MessageItem, MessageKey, PersonKey, TimelineItem } from '../../../pwa/engine/api.ts';
import { GROUP_GAP, layOut } from '../../../pwa/ui/timeline/layout.ts';
import { mergeItems } from '../../../pwa/ui/timeline/merge.ts';
import { dayName, listTime } from '../../../pwa/ui/words/times.ts';

const NOON = new Date(2026, 4, 12, 12).getTime();
const message = (id: string, position: number | null, sender: string, sentAt: number): MessageItem => ({
  kind: 'message', id: id as MessageKey, position, sender: { person: sender as PersonKey, name: sender }, mine: sender === 'me', sentAt,
  content: { kind: 'text', text: id }, status: sender === 'me' ? (position === null ? 'queued' : 'sent') : null,
});
const shape = (items: readonly TimelineItem[], newAfter: number | null = null) =>
  layOut(items, newAfter).map((day) => day.blocks.map((block) => (block.kind === 'group' ? block.messages.map((one) => one.id as string) : block.kind)));

describe('the rhythm of a conversation', () => {
  it('groups one person’s messages up to five minutes apart', () => {
    const items = [message('a', 1, 'ana', NOON), message('b', 2, 'ana', NOON + GROUP_GAP), message('c', 3, 'ana', NOON + 2 * GROUP_GAP + 1), message('d', 4, 'me', NOON + 2 * GROUP_GAP + 2)];
    expect(shape(items)).to.deep.equal([[['a', 'b'], ['c'], ['d']]]);
  });

  it('ends a group where something happened between', () => {
    const notice: TimelineItem = { kind: 'notice', id: 'n', position: 2, at: NOON, fact: { kind: 'unreadable' } };
    expect(shape([message('a', 1, 'ana', NOON), notice, message('b', 3, 'ana', NOON)])).to.deep.equal([[['a'], 'notice', ['b']]]);
  });

  it('begins a day at local midnight, and never goes back to an earlier one', () => {
    const midnight = new Date(2026, 4, 13).getTime();
    const items = [message('a', 1, 'ana', midnight - 1), message('b', 2, 'ana', midnight), message('c', 3, 'jo', midnight - 60_000), message('d', 4, 'ana', midnight + 1000)];
    const days = layOut(items, null);
    expect(days.map((day) => day.start)).to.deep.equal([new Date(2026, 4, 12).getTime(), midnight]);
    expect(shape(items)).to.deep.equal([[['a']], [['b'], ['c'], ['d']]]);
  });

  it('divides a very long group, at the same messages wherever the page begins', () => {
    const items = Array.from({ length: 100 }, (_, n) => message(`m${n}`, n, 'ana', NOON + n * 1000));
    const firsts = (from: number) => shape(items.slice(from)).flat().map((group) => group[0]);
    expect(Math.max(...shape(items).flat().map((group) => group.length))).to.be.lessThan(25);
    expect(firsts(37).slice(2)).to.deep.equal(firsts(0).slice(-firsts(37).length + 2));
  });

  it('keeps what did not change', () => {
    const items = [message('a', 1, 'ana', NOON), message('b', 2, 'me', NOON), message('c', 3, 'ana', NOON)];
    const before = layOut(items, null);
    const after = layOut([...items, message('d', 4, 'ana', NOON)], null, before);
    expect(after[0]?.blocks[0]).to.equal(before[0]?.blocks[0]);
    expect(after[0]?.blocks[1]).to.equal(before[0]?.blocks[1]);
    expect(after[0]?.blocks[2]).not.to.equal(before[0]?.blocks[2]);
  });

  it('draws the line once, before the first message of somebody else that was not read', () => {
    const items = [message('a', 1, 'ana', NOON), message('b', 2, 'me', NOON + 1), message('c', 3, 'ana', NOON + 2), message('d', 4, 'ana', NOON + 3)];
    expect(shape(items, 1)).to.deep.equal([[['a'], ['b'], 'new', ['c', 'd']]]);
    expect(shape(items, 3)).to.deep.equal([[['a'], ['b'], ['c'], 'new', ['d']]]);
    expect(shape(items, 4)).to.deep.equal([[['a'], ['b'], ['c', 'd']]]);
  });
});

describe('merging what changes into what is shown', () => {
  it('moves a message from the queue to its place when the relay has it', () => {
    const shown = [message('a', 1, 'ana', NOON), message('q', null, 'me', NOON), message('r', null, 'me', NOON)];
    const merged = mergeItems(shown, [message('q', 3, 'me', NOON), message('b', 2, 'ana', NOON)]);
    expect(merged.map((item) => item.id)).to.deep.equal(['a', 'b', 'q', 'r']);
  });

  it('shows nothing twice', () => {
    const shown = [message('a', 1, 'ana', NOON)];
    expect(mergeItems(shown, [message('a', 1, 'ana', NOON), message('a', 1, 'ana', NOON)])).to.have.length(1);
  });

  it('leaves what is newer, and what waits to be sent, for when somebody scrolls there', () => {
    const shown = [message('x', 50, 'ana', NOON), message('y', 60, 'ana', NOON)];
    const ends = { hasOlder: true, hasNewer: true };
    expect(mergeItems(shown, [message('new', 61, 'ana', NOON), message('q', null, 'me', NOON)], ends).map(({ id }) => id)).to.deep.equal(['x', 'y']);
    expect(mergeItems(shown, [message('between', 55, 'ana', NOON)], ends).map(({ id }) => id)).to.deep.equal(['x', 'between', 'y']);
  });

  it('leaves what is older than the page for when somebody scrolls there', () => {
    const shown = [message('x', 50, 'ana', NOON)];
    expect(mergeItems(shown, [message('old', 3, 'ana', NOON)], { hasOlder: true, hasNewer: false })).to.have.length(1);
    expect(mergeItems(shown, [message('old', 3, 'ana', NOON)])).to.have.length(2);
  });
});

describe('times as people say them', () => {
  it('names today and yesterday by the calendar, not by hours', () => {
    const now = new Date(2026, 4, 13, 0, 5).getTime();
    expect(dayName(now - 10 * 60_000, now)).to.equal('Yesterday');
    expect(dayName(now, now)).to.equal('Today');
    expect(listTime(now - 10 * 60_000, now)).to.equal('Yesterday');
  });

  it('counts days right over the night when clocks change', () => {
    // Where clocks change, one of these days has 23 hours and one 25.
    for (let day = 0; day < 365; day += 1) {
      expect(dayName(new Date(2026, 0, day, 0, 30).getTime(), new Date(2026, 0, day + 1, 23, 30).getTime())).to.equal('Yesterday');
    }
  });
});
