/** What is still wanted of a group: made into a commit when the room is up with its log, and made again where another won. */
import * as v from 'valibot';
import type { InviteKey } from '../../../shared/ids.ts';
import type { IdentityKey } from '../mls/index.ts';
import { anyBytes, bytes, count } from '../wire/cbor.ts';

const person = bytes<IdentityKey>(32);
const inviteId = bytes(16);
const id = v.string();

export const intentShape = v.variant('kind', [
  v.object({
    kind: v.literal('invite'), id, secret: bytes(32), uses: count, expires: count, role: v.picklist(['admin', 'member']), label: v.string(), for: v.nullable(person),
  }),
  v.object({ kind: v.literal('revoke'), id, invite: inviteId }),
  /** Lets somebody in who knocked with the invite `of`, under the keys that they named. */
  v.object({
    kind: v.literal('admit'), id, person, of: inviteId, as: v.object({ id: inviteId, kem: anyBytes, sign: bytes<InviteKey>(32) }),
  }),
  /** `key`: the one under which they would have come in. */
  v.object({ kind: v.literal('refuse'), id, person, name: v.string(), key: bytes<InviteKey>(32) }),
  v.object({ kind: v.literal('remove'), id, person, ban: v.boolean(), name: v.string() }),
  v.object({ kind: v.literal('unban'), id, person }),
  v.object({ kind: v.literal('role'), id, person, role: v.picklist(['owner', 'admin', 'member']) }),
  v.object({
    kind: v.literal('room'), id,
    change: v.object({
      name: v.exactOptional(v.string()), hue: v.exactOptional(v.nullable(count)), picture: v.exactOptional(v.nullable(anyBytes)), approval: v.exactOptional(v.boolean()),
      disappearing: v.exactOptional(v.nullable(count)), relay: v.exactOptional(v.nullable(v.string())),
    }),
  }),
  /** New keys, and whatever any commit completes: past a step that has only invalid candidates, on schedule, for those who left. */
  v.object({ kind: v.literal('refresh'), id }),
  /** New keys of this very device, and its person's name: nobody else can do it. */
  v.object({ kind: v.literal('renew'), id }),
]);

export type Intent = v.InferOutput<typeof intentShape>;
