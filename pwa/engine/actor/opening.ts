/** Showing a relay the key of our epoch. */
import { toHex } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import type { Signature } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { sign } from '../crypto/signature.ts';
import { Disconnected } from '../sync/refusal.ts';
import type { Room } from './room.ts';
import type { InGroup } from './state.ts';

/** Rejects with RelayRefusal, Disconnected. */
export function askToOpen(room: Room, { keys: { access, epoch } }: InGroup): Promise<RelayControl> {
  const { room: id, relay } = room.state.record;
  const { nonce } = room.link;
  if (nonce === undefined) return Promise.reject(new Disconnected());
  const sig = sign(openStatement({ origin: relay, room: id, epoch, nonce }), access.secretKey) as Signature;
  room.openedEpoch = toHex(epoch);
  return room.link.ask({ t: 'open', room: id, epoch, sig });
}
