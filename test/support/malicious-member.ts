/**
 * A member who plays against the others, with the keys of the room in hand: what its own device has stored, used to make what
 * its own engine never would.
 */
import { createCommit, encodeMlsMessage } from 'ts-mls';
import { fromBase64Url } from '../../shared/bytes.ts';
import { decodeEnvelope, encodeEnvelope } from '../../shared/envelope.ts';
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { decodeClientFrame } from '../../shared/frame.ts';
import { START, type AccessKey, type EnvelopeId, type RoomId } from '../../shared/ids.ts';
import { restoreGroup, type Extension, type GroupRecordName } from '../../pwa/engine/mls/index.ts';
import { MlsGroup } from '../../pwa/engine/mls/group.ts';
import { suiteImplementation } from '../../pwa/engine/mls/suite.ts';
import { decodeRooms } from '../../pwa/engine/records/room-record.ts';
import { sealedStorage } from '../../pwa/engine/records/sealed-storage.ts';
import { epochKeys, headOf } from '../../pwa/engine/rooms/epoch-keys.ts';
import { invitesExtension, invitesIn, rolesExtension, rolesIn, roomExtension, roomTermsIn } from '../../pwa/engine/rooms/extensions.ts';
import { recipientsOf, registrationsOf } from '../../pwa/engine/rooms/registrations.ts';
import { sealGroupInfo } from '../../pwa/engine/rooms/sealed-group-info.ts';
import { sealOuter } from '../../pwa/engine/wire/outer.ts';
import { EngineError, type RoomKey } from '../../pwa/engine/api.ts';
import type { Dice } from './dice.ts';
import type { Someone } from './engine-world.ts';
import type { Action, Simulated } from './simulation-actions.ts';
import type { Mortals } from './simulation-people.ts';

/** What its device has stored of the room. */
async function stolen(someone: Someone, room: RoomKey) {
  const { storage, deviceKey } = someone.options();
  const sealed = sealedStorage(storage, await deviceKey.deviceKey());
  const rows = await sealed.range('groups', { prefix: [room, 'now'] });
  const record = decodeRooms(await sealed.range('rooms', { prefix: [room] }))[0]?.record;
  if (rows.length === 0 || record === undefined) return undefined;
  const group = restoreGroup(rows.map(({ key, value }) => ({ name: key[2] as GroupRecordName, bytes: value })));
  return { group, keys: await epochKeys(record.room, group), rejected: record.rejected };
}

type Loot = NonNullable<Awaited<ReturnType<typeof stolen>>>;
type Change = Parameters<MlsGroup['commit']>[0];

/** Each is well made and signed, and against the room's rule whoever makes it, unless it is made by an owner. */
const FORBIDDEN: readonly ((group: MlsGroup, dice: Dice) => Change | undefined)[] = [
  ({ members }) => ({ remove: members[0] === undefined ? [] : [members[0].leaf] }),
  ({ extensions, members, me }) => {
    const roles = rolesIn(extensions);
    const own = members.find(({ leaf }) => leaf === me);
    return roles === undefined || own === undefined ? undefined : { extensions: replaced(extensions, rolesExtension({ ...roles, owners: [own.identityKey] })) };
  },
  ({ extensions, members, me }) => {
    const terms = roomTermsIn(extensions);
    const own = members.find(({ leaf }) => leaf === me);
    return terms === undefined || own === undefined ? undefined : { extensions: replaced(extensions, roomExtension({ ...terms, owner: own.identityKey })) };
  },
  ({ extensions, members }, dice) => {
    const [invite] = invitesIn(extensions) ?? [];
    const [first] = members;
    return invite === undefined || first === undefined ? undefined
      : { extensions: replaced(extensions, invitesExtension([{ ...invite, id: dice.bytes(16), sign: dice.bytes(32) as typeof invite.sign, uses: 0, by: first.identityKey }])) };
  },
  ({ extensions }) => ({ extensions: extensions.filter(({ name }) => name !== 'roles') }),
  () => ({ extensions: [] }),
];

const replaced = (extensions: readonly Extension[], by: Extension): readonly Extension[] => extensions.map((one) => (one.name === by.name ? by : one));

async function bundleOf(room: RoomKey, dice: Dice, from: Loot, group: MlsGroup, message: Uint8Array, closing: boolean): Promise<Bundle> {
  const id = dice.bytes(16) as EnvelopeId;
  const roomId = fromBase64Url(room) as RoomId;
  const keys = await epochKeys(roomId, group);
  const invites = registrationsOf(group);
  return {
    t: 'commit', room: roomId, id, parent: from.keys.epoch, rejected: from.rejected, access: keys.access.publicKey, closing, invites: [...invites],
    commit: sealOuter(from.keys.outer, { kind: 'commit', room: roomId, epoch: from.keys.epoch, id, head: headOf(keys, invites, closing) }, message),
    groupInfo: sealGroupInfo(roomId, group.suite, await group.groupInfo(), recipientsOf(group)),
  };
}

type Bundle = Extract<ClientControl, { t: 'commit' }>;

const nothing = (): Promise<never> => Promise.reject(new EngineError('not-allowed', 'Nothing to attack with now.'));

/** Makes a commit of its own and puts it on its own connection. */
async function inject(sim: Simulated, one: Mortals, make: (from: Loot) => Promise<Bundle | undefined>): Promise<void> {
  const from = await stolen(one.someone, sim.room);
  const bundle = from === undefined ? undefined : await make(from);
  const line = [...sim.world.network.lines].find(({ owner }) => owner === one.name);
  if (bundle === undefined || line === undefined) return nothing();
  line.up(encodeControl(bundle));
}

/** Well signed, with path secrets that nobody can open. */
async function garbagePath(sim: Simulated, from: Loot): Promise<Bundle> {
  const { dice } = sim.world;
  const cipherSuite = suiteImplementation(from.group.suite);
  const seal: typeof cipherSuite.hpke.seal = async (...given) => {
    const { enc, ct } = await cipherSuite.hpke.seal(...given);
    return { enc, ct: dice.bytes(ct.length) };
  };
  const { newState, commit } = await createCommit(
    { state: from.group.state, cipherSuite: { ...cipherSuite, hpke: { ...cipherSuite.hpke, seal } } }, { wireAsPublicMessage: true },
  );
  return bundleOf(sim.room, dice, from, new MlsGroup({ ...newState, historicalReceiverData: new Map() }), encodeMlsMessage(commit), false);
}

/** How a true bundle is made a lie. */
const LIES: readonly ((bundle: Bundle, dice: Dice) => Bundle)[] = [
  (bundle, dice) => ({ ...bundle, access: dice.bytes(32) as AccessKey }),
  (bundle) => ({ ...bundle, invites: [] }),
  (bundle, dice) => ({ ...bundle, commit: dice.bytes(700) }),
  (bundle, dice) => ({ ...bundle, commit: bundle.commit.map((byte, i) => (i === 60 ? byte ^ (1 + dice.below(255)) : byte)) }),
];

export const ATTACKS: readonly Action[] = [
  {
    name: 'forbidden commit', weight: 4,
    act: (sim, one) => inject(sim, one, async (from) => {
      const change = sim.world.dice.pick(FORBIDDEN)(from.group, sim.world.dice);
      if (change === undefined) return undefined;
      const { group, message } = await from.group.commit(change);
      return bundleOf(sim.room, sim.world.dice, from, group, message, (change.remove ?? []).length > 0);
    }),
  },
  { name: 'garbage path', weight: 2, act: (sim, one) => inject(sim, one, (from) => garbagePath(sim, from)) },
  {
    name: 'lie to the relay', weight: 4,
    act: (sim, one) => inject(sim, one, async (from) => {
      const { group, message } = await from.group.commit({});
      return sim.world.dice.pick(LIES)(await bundleOf(sim.room, sim.world.dice, from, group, message, false), sim.world.dice);
    }),
  },
  {
    name: 'replay', weight: 4,
    act: async ({ world: { dice, network } }, one) => {
      const line = [...network.lines].find(({ owner }) => owner === one.name);
      const frame = one.frames.length === 0 ? undefined : dice.pick(one.frames);
      if (line === undefined || frame === undefined) return nothing();
      const envelope = decodeEnvelope(frame);
      // Its own of before as they were; what others said, as if it were new or once more.
      line.up(envelope === undefined ? frame : encodeEnvelope({ ...envelope, kind: 'message', seq: START, ...(dice.chance(0.5) ? { id: dice.bytes(16) as EnvelopeId } : {}) }));
    },
  },
  {
    name: 'noise', weight: 2,
    act: async ({ world: { dice, network }, room }, one) => {
      const line = [...network.lines].find(({ owner }) => owner === one.name);
      const from = await stolen(one.someone, room);
      if (line === undefined || from === undefined) return nothing();
      const at = { kind: 'message', room: fromBase64Url(room) as RoomId, epoch: from.keys.epoch, id: dice.bytes(16) as EnvelopeId } as const;
      line.up(encodeEnvelope({ ...at, seq: START, payload: dice.chance(0.5) ? dice.bytes(300) : sealOuter(from.keys.outer, at, dice.bytes(200)) }));
    },
  },
];

/** What one keeps to send again: others' messages, and one's own commits. */
export const isWorthKeeping = (frame: Uint8Array, direction: 'up' | 'down'): boolean => {
  if (direction === 'down') return decodeEnvelope(frame)?.kind === 'message';
  const decoded = decodeClientFrame(frame);
  return decoded.type === 'control' && decoded.control.t === 'commit';
};
