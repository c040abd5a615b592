/**
 * Random sequences of commits, allowed and forbidden, by honest and malicious members, newcomers, people who return and people who were
 * banned. After each, all who are in the room have judged alike, agree on everything, and no invariant of a room is broken.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalBytes, toHex } from '../../shared/bytes.ts';
import { groupRecords, loadSodium, makeIdentity, MlsError, restoreGroup, type Change, type Identity, type IdentityKey, type Member } from '../../pwa/engine/mls/index.ts';
import { planned } from '../../pwa/engine/actor/plan.ts';
import type { Intent } from '../../pwa/engine/records/intent.ts';
import { allInvitesIn, joinedByExtension, joinedByIn, profileExtension, type BannedEntry, type JoinedBy, type Roles, type RoomTerms } from '../../pwa/engine/rooms/extensions.ts';
import { leavesData, leaveStatement, type LeaveStatement } from '../../pwa/engine/rooms/leave-statement.ts';
import { isAllowed } from '../../pwa/engine/rooms/policy.ts';
import { agreedState, isPresent, type AgreedState } from '../../pwa/engine/rooms/standing.ts';
import { seeded, type Dice } from './dice.ts';
import { agreeing, enters, founded, invite, keysOf, ROOM, type Agreeing, type Inmate } from './room-members.ts';

await loadSodium();

const MOST = 7;
const STEPS = Number(process.env.SOTTO_POLICY_STEPS ?? 60);
const SEEDS = Number(process.env.SOTTO_POLICY_SEEDS ?? 20);
const FIRST = Number(process.env.SOTTO_POLICY_FIRST ?? 1);

export function fuzzPolicy(): void {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    test(`all judge alike through ${STEPS} commits, and the room stays sound (seed ${seed})`, async (context) => {
      const room = new FuzzedRoom(seeded(seed), await founded((owner) => [invite(keysOf(1), owner), invite(keysOf(2), owner, { role: 'admin' })]));
      for (let step = 0; step < STEPS; step++) await room.act();
      context.diagnostic(`${room.taken} taken, ${room.refused} refused`);
      assert.ok(room.taken > STEPS / 6 && room.refused > STEPS / 12, 'chance was one-sided');
    });
  }
}

class FuzzedRoom {
  taken = 0;
  refused = 0;
  readonly #dice: Dice;
  /** Everyone who is in, those whose leaf a return made old among them. */
  #inmates: Inmate[];
  /** Outside: never in, gone or banned. */
  readonly #outside: Identity[] = Array.from({ length: 4 }, makeIdentity);
  readonly #said: LeaveStatement[] = [];
  #secrets = 3;

  constructor(dice: Dice, founder: Inmate) {
    this.#dice = dice;
    this.#inmates = [founder];
  }

  get #one(): Inmate {
    return this.#dice.pick(this.#inmates);
  }

  async act(): Promise<void> {
    const dice = this.#dice;
    const { length } = this.#inmates;
    if (length === 1 || (length < MOST && dice.chance(0.3))) return this.#enter();
    if (dice.chance(0.1)) this.#say();
    if (dice.chance(0.1)) this.#restart();
    return dice.chance(0.5) ? this.#honest() : this.#wild();
  }

  async #enter(): Promise<void> {
    const dice = this.#dice;
    const host = this.#one;
    const standing = allInvitesIn(host.group.extensions)?.invites ?? [];
    const keys = keysOf(dice.chance(0.7) && standing.length > 0 ? 1 + dice.below(this.#secrets) : 1 + dice.below(2));
    const returning = dice.chance(0.25);
    const identity = returning && dice.chance(0.8) ? this.#one.identity : dice.pick([...this.#outside, ...standing.flatMap(() => this.#outside)]);
    const lie: Partial<JoinedBy> = dice.chance(0.8) ? {} : dice.pick<Partial<JoinedBy>>([{ role: 'admin' }, { at: dice.below(9) }, { of: keysOf(1).id }, { invite: keysOf(2).id }]);
    const entered = await enters(host, returning ? { returning, identity, joinedBy: lie } : { keys, identity, joinedBy: lie });
    if (await this.#judged(entered.message)) this.#inmates.push(entered);
  }

  /** What our own engine would commit is what everyone takes. */
  async #honest(): Promise<void> {
    const by = this.#one;
    const intents = Array.from({ length: 1 + this.#dice.below(3) }, () => this.#intent(by));
    const plan = planned(by.group, { room: ROOM, me: { identityKey: by.identity.identityKey, name: this.#dice.pick(['newcomer', 'owner', 'renamed']) }, seconds: 1000, leaves: this.#said }, intents);
    assert.equal(await this.#commit(by, plan.change), true, 'the room refuses what the planner made');
    const after = agreedState(by.group);
    assert.ok(after !== undefined);
    for (const intent of plan.fulfils) assertFulfilled(after, intent);
  }

  #intent(by: Inmate): Intent {
    const dice = this.#dice;
    const id = String(dice.fraction());
    const { identityKey: person } = dice.pick([...this.#inmates.map(({ identity }) => identity), ...this.#outside]);
    const standing = allInvitesIn(by.group.extensions)?.invites ?? [];
    const fresh = keysOf(++this.#secrets);
    const as = { id: fresh.id, kem: fresh.kem('x25519').publicKey, sign: fresh.sign.publicKey };
    return dice.pick<() => Intent>([
      () => ({ kind: 'invite', id, secret: new Uint8Array(32).fill(this.#secrets & 0xff).fill(this.#secrets >> 8, 16), uses: dice.below(3), expires: dice.pick([0, 999, 2000]), role: dice.pick(['admin', 'member']), label: '', for: dice.chance(0.3) ? person : null }),
      () => ({ kind: 'revoke', id, invite: standing.length === 0 ? fresh.id : dice.pick(standing).id }),
      () => ({ kind: 'admit', id, person, of: standing.length === 0 ? fresh.id : dice.pick(standing).id, as }),
      () => ({ kind: 'refuse', id, person, name: 'x', key: dice.chance(0.5) || standing.length === 0 ? as.sign : dice.pick(standing).sign }),
      () => ({ kind: 'remove', id, person, ban: dice.chance(0.5), name: 'x' }),
      () => ({ kind: 'unban', id, person }),
      () => ({ kind: 'role', id, person, role: dice.pick(['owner', 'admin', 'member']) }),
      () => ({ kind: 'role', id, person, role: dice.pick(['owner', 'admin']) }),
      () => ({ kind: 'room', id, change: dice.pick([{ name: 'another' }, { approval: dice.chance(0.5) }, { disappearing: dice.pick([null, 30]) }, { hue: 7 }, { relay: 'https://elsewhere.example' }]) }),
      () => ({ kind: 'refresh', id }),
    ])();
  }

  /** Whatever a malicious client may put into a commit. Where it does no harm, it may be taken; but by all or by none. */
  async #wild(): Promise<void> {
    const dice = this.#dice;
    const by = this.#one;
    const state = agreedState(by.group);
    const own = by.group.members.find(({ leaf }) => leaf === by.group.me);
    assert.ok(state !== undefined && own !== undefined);
    const remove = dice.chance(0.4) ? dice.some(this.#inmates.filter((one) => one !== by), 1 + dice.below(2)).map(({ group }) => group.me) : [];
    const change: Change = {
      remove,
      ...(dice.chance(0.7) ? { extensions: agreeing(by.group, this.#wildState(state, by.identity)) } : {}),
      ...(dice.chance(0.2) ? { leafExtensions: dice.pick([[profileExtension('other'), ...own.extensions.slice(1)], own.extensions.slice(1), this.#promoted(own)]) } : {}),
      ...(dice.chance(0.3) ? { authenticatedData: dice.pick([dice.bytes(9), leavesData(this.#said), leavesData([this.#forged(by)])]) } : {}),
    };
    await this.#commit(by, change);
  }

  #wildState(state: AgreedState, me: Identity): Agreeing {
    const dice = this.#dice;
    const people = [...this.#inmates.map(({ identity }) => identity.identityKey), ...this.#outside.map(({ identityKey }) => identityKey)];
    const list = (): IdentityKey[] => dice.some(people, dice.below(3));
    const keys = keysOf(dice.chance(0.7) ? ++this.#secrets : 1 + dice.below(this.#secrets));
    const made = invite(keys, dice.chance(0.7) ? me : { identityKey: dice.pick(people), identitySecret: new Uint8Array(64) }, {
      role: dice.pick(['admin', 'member']), uses: dice.below(3), for: dice.chance(0.4) ? dice.pick(people) : null, of: dice.chance(0.3) && state.invites.invites.length > 0 ? dice.pick(state.invites.invites).id : null,
    });
    const entry: BannedEntry = { identity: dice.pick(people), name: 'x', by: dice.chance(0.7) ? me.identityKey : dice.pick(people) };
    return dice.pick<() => Agreeing>([
      () => ({ terms: dice.pick<Partial<RoomTerms>>([{ name: 'mine' }, { approval: !state.terms.approval }, { disappearing: 1 + dice.below(9) }, { kind: 'direct' }, { owner: me.identityKey }, { suite: 'xwing' }, { relay: 'https://mine.example' }]) }),
      () => ({ roles: dice.pick<Partial<Roles>>([{ owners: [me.identityKey] }, { owners: list() }, { admins: list() }, { members: list() }, { owners: [], admins: [] }]) }),
      () => ({ roles: { banned: dice.chance(0.5) ? [...state.roles.banned, entry] : [] } }),
      () => ({ invites: [...state.invites.invites, made] }),
      () => ({ invites: state.invites.invites.filter(() => dice.chance(0.5)) }),
      () => ({ invites: state.invites.invites.map((one) => (dice.chance(0.7) ? one : { ...one, uses: one.uses + 1 })) }),
      () => ({}),
    ])();
  }

  #promoted({ extensions }: Member): Member['extensions'] {
    const joinedBy = joinedByIn(extensions);
    return extensions.map((one) => (one.name === 'joinedBy' && joinedBy !== undefined ? joinedByExtension({ ...joinedBy, role: 'admin' }) : one));
  }

  /** In somebody else's name. */
  #forged(by: Inmate): LeaveStatement {
    const victim = this.#one;
    const device = by.group.members.find(({ leaf }) => leaf === victim.group.me)?.deviceKey ?? new Uint8Array(32);
    return leaveStatement(by.group.groupId, device, by.identity);
  }

  #say(): void {
    const { group, identity } = this.#one;
    const device = group.members.find(({ leaf }) => leaf === group.me)?.deviceKey;
    if (device !== undefined) this.#said.push(leaveStatement(group.groupId, device, identity));
  }

  #restart(): void {
    const one = this.#one;
    one.group = restoreGroup(groupRecords(one.group));
  }

  async #commit(by: Inmate, change: Change): Promise<boolean> {
    const { group, message } = await by.group.commit(change);
    const gone = this.#inmates.filter((one) => one !== by && !group.members.some(({ deviceKey }) => equalBytes(deviceKey, deviceOf(one))));
    const others = this.#inmates.filter((one) => one !== by);
    if (!(await this.#judged(message, by, gone))) return false;
    by.group = group;
    this.#inmates = [by, ...others.filter((one) => !gone.includes(one))];
    for (const { identity } of gone) if (!this.#inmates.some((one) => equalBytes(one.identity.identityKey, identity.identityKey))) this.#outside.push(identity);
    this.#assertSound();
    return true;
  }

  /** Everyone but the committer judges: all alike. Where they take it, they move on, and who is removed learns just that. */
  async #judged(message: Uint8Array, by?: Inmate, gone: readonly Inmate[] = []): Promise<boolean> {
    const verdicts: boolean[] = [];
    for (const one of this.#inmates) {
      if (one === by) continue;
      const received = await one.group.receive(message, isAllowed).catch((cause: unknown) => {
        if (cause instanceof MlsError && cause.code === 'forbidden') return undefined;
        throw cause;
      });
      verdicts.push(received !== undefined);
      if (received?.kind === 'commit') one.group = received.group;
      if (received !== undefined) assert.equal(received.kind === 'removed', gone.includes(one));
    }
    assert.equal(new Set(verdicts).size <= 1, true, 'some took it and some did not');
    const isTaken = verdicts[0] ?? false;
    if (isTaken) this.taken++;
    else this.refused++;
    return isTaken;
  }

  #assertSound(): void {
    const groups = this.#inmates.map(({ group }) => group);
    assert.equal(new Set(groups.map(({ epochAuthenticator }) => toHex(epochAuthenticator))).size, 1, 'the members no longer agree');
    const [group] = groups;
    const state = group === undefined ? undefined : agreedState(group);
    assert.ok(group !== undefined && state !== undefined);
    assert.equal(group.members.length, this.#inmates.length);
    const { roles, invites, terms } = state;
    for (const person of [...roles.owners, ...roles.admins, ...roles.members]) assert.ok(isPresent(state, person), 'a role without its person');
    for (const { identity } of roles.banned) assert.ok(!isPresent(state, identity), 'somebody banned is in');
    for (const one of invites.invites) assert.ok(isPresent(state, one.by), 'an invite outlived its maker');
    assert.deepEqual([terms.kind, terms.suite], ['group', 'x25519']);
    assert.equal(new Set(invites.invites.map(({ sign }) => toHex(sign))).size, invites.invites.length);
  }
}

const deviceOf = ({ group }: Inmate): Uint8Array => group.members.find(({ leaf }) => leaf === group.me)?.deviceKey ?? new Uint8Array();

function assertFulfilled(state: AgreedState, intent: Intent): void {
  switch (intent.kind) {
    case 'remove':
      assert.ok(!isPresent(state, intent.person));
      return;
    case 'room':
      return;
    case 'refuse':
      assert.ok(state.invites.refused.some(({ key }) => equalBytes(key, intent.key)));
      return;
    case 'role':
    case 'invite':
    case 'admit':
    case 'revoke':
    case 'unban':
    case 'refresh':
    case 'renew':
      // A later wish of the same commit may take these back.
      return;
  }
}

