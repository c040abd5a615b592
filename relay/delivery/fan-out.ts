/**
 * From the disk to the sockets. After a commit of the store, each room's new frames are gathered into
 * one batch that is built once, and every connection gets one write: its acks in front, then the batch.
 */
import { encodeControl } from '../../shared/control.ts';
import type { Epoch } from './epoch.ts';
import { Batch, type Peer } from './peer.ts';
import type { Room } from './room.ts';
import type { Staged } from './rooms.ts';
import type { Subscription } from './subscription.ts';

/** A connection with more than this many bytes unsent is told to pull: the store is the backlog, not memory. */
export const SLOW_READER_BYTES = 1024 * 1024;

interface News {
  readonly batch: Batch;
  readonly epochs: readonly Epoch[];
}

export function fanOut(staged: readonly Staged[]): void {
  const acks = new Map<Peer, Uint8Array[]>();
  const news = new Map<Room, { frames: Uint8Array[]; epochs: Epoch[] }>();
  for (const { peer, ack, room, frame } of staged) {
    const own = acks.get(peer);
    if (own === undefined) acks.set(peer, [ack]);
    else own.push(ack);
    if (frame === undefined) continue;
    const inRoom = news.get(room);
    if (inRoom === undefined) news.set(room, { frames: [frame.bytes], epochs: [frame.epoch] });
    else {
      inRoom.frames.push(frame.bytes);
      inRoom.epochs.push(frame.epoch);
    }
  }
  for (const [peer, own] of acks) peer.together(() => { for (const ack of own) peer.send(ack); });
  for (const [room, { frames, epochs }] of news) deliver(room, { batch: new Batch(frames), epochs });
}

function deliver(room: Room, news: News): void {
  const epochs = new Set(news.epochs);
  for (const subscription of room.subscriptions) {
    if (!subscription.live) continue;
    if (subscription.peer.buffered > SLOW_READER_BYTES) {
      fallBehind(subscription);
      continue;
    }
    const unreadable = [...epochs].some((epoch) => !subscription.reads(epoch));
    if (!unreadable) {
      subscription.peer.sendBatch(news.batch);
      continue;
    }
    // Up to where its keys reach, in order; then it opens with a newer key, and pulls.
    const readable = news.batch.frames.filter((_, i) => subscription.reads(news.epochs[i] as Epoch));
    if (readable.length > 0) subscription.peer.sendBatch(new Batch(readable));
    fallBehind(subscription);
  }
}

function fallBehind(subscription: Subscription): void {
  subscription.live = false;
  subscription.peer.send(encodeControl({ t: 'behind', room: subscription.room.id }));
}

/** A signal goes to whoever is up with the log, the sender apart, and is gone. */
export function fanOutSignal(room: Room, epoch: Epoch, frame: Uint8Array, sender: Peer): void {
  const batch = new Batch([frame]);
  for (const subscription of room.subscriptions) {
    if (subscription.peer !== sender && subscription.live && subscription.reads(epoch) && subscription.peer.buffered <= SLOW_READER_BYTES) subscription.peer.sendBatch(batch);
  }
}
