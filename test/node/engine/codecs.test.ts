/** The client's own formats: round trips, malformed input, frozen vectors. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { fromHex, toHex } from '../../../shared/bytes.ts';
import type { BlobId } from '../../../shared/blobs.ts';
import type { BlobKey } from '../../../pwa/engine/media/cipher.ts';
import type { EnvelopeId, EpochId, RoomId, Seq } from '../../../shared/ids.ts';
import { loadSodium, makeIdentity, suiteHpke, type IdentityKey } from '../../../pwa/engine/mls/index.ts';
import { CryptoError } from '../../../pwa/engine/crypto/sodium.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { invitesExtension } from '../../../pwa/engine/rooms/extensions.ts';
import { holdsKnock, makeKnock, readKnock, type Knock } from '../../../pwa/engine/rooms/knock.ts';
import { hasLeft, leavesData, leavesIn, leaveStatement } from '../../../pwa/engine/rooms/leave-statement.ts';
import { registrationsOf } from '../../../pwa/engine/rooms/registrations.ts';
import { decodeRequest, encodeRequest } from '../../../pwa/engine/wire/request.ts';
import { inviteKeys, type InviteKeys } from '../../../pwa/engine/rooms/invite-keys.ts';
import { decodeInviteLink, encodeInviteLink } from '../../../pwa/engine/rooms/invite-link.ts';
import { openGroupInfo, openGroupInfoToReturn, sealGroupInfo } from '../../../pwa/engine/rooms/sealed-group-info.ts';
import { returnKeys } from '../../../pwa/engine/rooms/return-keys.ts';
import { neutralised } from '../../../pwa/engine/rooms/names.ts';
import { adopted, adrift, begun, extended, firstLink } from '../../../pwa/engine/wire/chain.ts';
import type { KnownBody } from '../../../pwa/engine/wire/bodies.ts';
import { toCbor } from '../../../pwa/engine/wire/cbor.ts';
import { decodeMessage, encodeMessage } from '../../../pwa/engine/wire/content.ts';
import { openOuter, sealOuter, sealToJoinKey } from '../../../pwa/engine/wire/outer.ts';
import { invite, leafOf } from '../../support/room-members.ts';

before(loadSodium);

const fixed = <T extends Uint8Array>(length: number) => fc.uint8Array({ minLength: length, maxLength: length }) as fc.Arbitrary<T>;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the brand
const filled = <T extends Uint8Array>(length: number, byte: number): T => new Uint8Array(length).fill(byte) as T;

describe('the outer layer', () => {
  const at = { kind: 'message', room: filled<RoomId>(32, 1), epoch: filled<EpochId>(16, 2), id: filled<EnvelopeId>(16, 3) } as const;
  for (const suite of ['x25519', 'xwing'] as const) {
    test(`opens what was sealed for this envelope, and nothing else: ${suite}`, () => {
      const hpke = suiteHpke(suite);
      const join = hpke.deriveKeys(filled(32, 5));
      const keys = { outer: filled(32, 4), join, hpke };
      fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), fc.nat(), fc.nat({ max: 7 }), (message, outside, place, bit) => {
        const sealed = outside ? sealToJoinKey(hpke, join.publicKey, at, message) : sealOuter(keys.outer, at, message);
        assert.deepEqual(openOuter(keys, at, sealed), { message, fromOutside: outside });
        for (const moved of [{ ...at, kind: 'commit' as const }, { ...at, room: filled<RoomId>(32, 9) }, { ...at, epoch: filled<EpochId>(16, 9) }, { ...at, id: filled<EnvelopeId>(16, 9) }, { ...at, head: filled(65, 9) }]) {
          assert.throws(() => openOuter(keys, moved, sealed), CryptoError);
        }
        const flipped = sealed.slice();
        flipped[place % flipped.length] = (flipped[place % flipped.length] ?? 0) ^ (1 << bit);
        assert.throws(() => openOuter(keys, at, flipped), CryptoError);
        assert.throws(() => openOuter(keys, at, sealed.subarray(0, place % sealed.length)), CryptoError);
      }), { numRuns: suite === 'xwing' ? 40 : 100 });
    });
  }
});

describe('the chain', () => {
  test('is the documented hash, from its first link', () => {
    const room = filled<RoomId>(32, 7);
    assert.equal(toHex(firstLink(room).hash), 'eef221cba0b23038ac752349641f9cdda016ef414cac971a6c9c406d8653a815');
  });

  test('whoever adopts a claim anywhere after the join arrives at the same last link', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 2, maxLength: 20 }), fc.nat(), fc.nat(), (frames, joinedAt, claimedAt) => {
      const join = joinedAt % (frames.length - 1);
      const claim = join + (claimedAt % (frames.length - join));
      let chain = begun(filled<RoomId>(32, 7));
      let joiner = adrift((join + 1) as Seq);
      let claimed = firstLink(filled<RoomId>(32, 7));
      for (const [i, frame] of frames.entries()) {
        chain = extended(chain, (i + 1) as Seq, frame);
        if (i > join) joiner = extended(joiner, (i + 1) as Seq, frame);
        assert.ok(chain.kind === 'anchored');
        if (i === claim) claimed = chain.last;
      }
      assert.ok(joiner.kind === 'adrift' && chain.kind === 'anchored');
      assert.deepEqual(adopted(joiner, claimed)?.at(-1), chain.last);
    }));
  });
});

const id16 = fixed<EnvelopeId>(16);
const mention = fc.record({ start: fc.nat(), end: fc.nat(), person: fixed<IdentityKey>(32) }, { noNullPrototype: true });
const standing = { thread: id16 };
const words = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const record = <T extends Record<string, fc.Arbitrary<unknown>>>(all: T, requiredKeys: (keyof T & string)[]) => fc.record(all, { noNullPrototype: true, requiredKeys });
/** CBOR has one zero. */
const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true }).map((value) => value + 0);
const attachment = record({
  id: fixed<BlobId>(16), key: fixed<BlobKey>(32), hash: fixed(32), size: fc.nat({ max: 2 ** 31 - 1 }), look: fc.constantFrom('picture' as const, 'video' as const, 'voice' as const, 'file' as const), name: words(20), type: fc.constantFrom('image/webp', ''),
  width: fc.nat({ max: 1_000_000 }), height: fc.nat({ max: 1_000_000 }), duration: fc.nat(), waveform: fc.uint8Array({ maxLength: 96 }), preview: fc.uint8Array({ maxLength: 100 }),
}, ['id', 'key', 'hash', 'size', 'look', 'name', 'type']);
const anyBody: fc.Arbitrary<KnownBody> = fc.oneof(
  record({ kind: fc.constant('text' as const), text: words(500), reply: id16, mentions: fc.array(mention, { maxLength: 3 }), forwarded: fc.constant(true as const), ...standing }, ['kind', 'text']),
  record({ kind: fc.constant('media' as const), text: words(200), attachments: fc.array(attachment, { minLength: 1, maxLength: 30 }), reply: id16, mentions: fc.array(mention, { maxLength: 3 }), forwarded: fc.constant(true as const), ...standing }, ['kind', 'text', 'attachments']),
  record({ kind: fc.constant('poll' as const), question: words(20), options: fc.array(words(10), { minLength: 2, maxLength: 20 }), several: fc.boolean(), ...standing }, ['kind', 'question', 'options', 'several']),
  record({
    kind: fc.constant('place' as const), latitude: degrees(90), longitude: degrees(180), accuracy: fc.nat(), label: words(20), ...standing,
  }, ['kind', 'latitude', 'longitude']),
  record({ kind: fc.constant('edit' as const), of: id16, text: words(100), mentions: fc.array(mention, { maxLength: 3 }) }, ['kind', 'of', 'text']),
  record({ kind: fc.constant('delete' as const), of: id16 }, ['kind', 'of']),
  record({ kind: fc.constant('react' as const), of: id16, emoji: fc.constantFrom('👍', '👨‍👩‍👧‍👦'), on: fc.boolean() }, ['kind', 'of', 'emoji', 'on']),
  record({ kind: fc.constant('pin' as const), of: id16, on: fc.boolean() }, ['kind', 'of', 'on']),
  record({ kind: fc.constant('vote' as const), of: id16, choices: fc.array(fc.nat({ max: 19 }), { maxLength: 20 }) }, ['kind', 'of', 'choices']),
  record({ kind: fc.constant('close' as const), of: id16 }, ['kind', 'of']),
  record({ kind: fc.constantFrom('delivered' as const, 'read' as const), through: fc.nat() as fc.Arbitrary<Seq> }, ['kind', 'through']),
) as fc.Arbitrary<KnownBody>;

const OF = filled<EnvelopeId>(16, 9);
const ATTACHMENT = { id: filled(16, 1), key: filled(32, 2), hash: filled(32, 3), size: 1, look: 'file', name: 'a', type: '' };
const FROZEN: Readonly<Record<string, { readonly body: KnownBody; readonly hex: string }>> = {
  text: { body: { kind: 'text', text: '@Bo', reply: OF, mentions: [{ start: 0, end: 3, person: filled(32, 7) }], forwarded: true, thread: OF }, hex: 'a66176016261740164626f6479a564746578746340426f657265706c795009090909090909090909090909090909667468726561645009090909090909090909090909090909686d656e74696f6e7381a363656e64036573746172740066706572736f6e5820070707070707070707070707070707070707070707070707070707070707070769666f72776172646564f56474797065647465787465636861696ef66d61757468656e74696361746f7242cdcd' },
  media: {
    body: {
      kind: 'media', text: 'hé', attachments: [
        { id: filled(16, 1), key: filled(32, 2), hash: filled(32, 3), size: 70_000, look: 'picture', name: 'hill.webp', type: 'image/webp', width: 640, height: 480, preview: filled(4, 4) },
        { id: filled(16, 5), key: filled(32, 6), hash: filled(32, 7), size: 900, look: 'voice', name: '', type: 'audio/webm', duration: 4200, waveform: filled(3, 8) },
      ], reply: OF, mentions: [{ start: 0, end: 2, person: filled(32, 7) }], forwarded: true, thread: OF,
    },
    hex: 'a66176016261740164626f6479a664746578746368c3a9657265706c795009090909090909090909090909090909667468726561645009090909090909090909090909090909686d656e74696f6e7381a363656e64026573746172740066706572736f6e5820070707070707070707070707070707070707070707070707070707070707070769666f72776172646564f56b6174746163686d656e747382aa6269645001010101010101010101010101010101636b657958200202020202020202020202020202020202020202020202020202020202020202646861736858200303030303030303030303030303030303030303030303030303030303030303646c6f6f6b6770696374757265646e616d656968696c6c2e776562706473697a651a0001117064747970656a696d6167652f77656270657769647468190280666865696768741901e067707265766965774404040404a96269645005050505050505050505050505050505636b657958200606060606060606060606060606060606060606060606060606060606060606646861736858200707070707070707070707070707070707070707070707070707070707070707646c6f6f6b65766f696365646e616d65606473697a6519038464747970656a617564696f2f7765626d686475726174696f6e1910686877617665666f726d430808086474797065656d6564696165636861696ef66d61757468656e74696361746f7242cdcd',
  },
  poll: { body: { kind: 'poll', question: 'When?', options: ['noon', 'one'], several: true }, hex: 'a66176016261740164626f6479a3676f7074696f6e7382646e6f6f6e636f6e65677365766572616cf5687175657374696f6e655768656e3f647479706564706f6c6c65636861696ef66d61757468656e74696361746f7242cdcd' },
  place: { body: { kind: 'place', latitude: 47.5, longitude: 8.75, accuracy: 12, label: 'here' }, hex: 'a66176016261740164626f6479a4656c6162656c64686572656861636375726163790c686c61746974756465f951f0696c6f6e676974756465f94860647479706565706c61636565636861696ef66d61757468656e74696361746f7242cdcd' },
  edit: { body: { kind: 'edit', of: OF, text: 'hé' }, hex: 'a66176016261740164626f6479a2626f66500909090909090909090909090909090964746578746368c3a96474797065646564697465636861696ef66d61757468656e74696361746f7242cdcd' },
  delete: { body: { kind: 'delete', of: OF }, hex: 'a66176016261740164626f6479a1626f66500909090909090909090909090909090964747970656664656c65746565636861696ef66d61757468656e74696361746f7242cdcd' },
  react: { body: { kind: 'react', of: OF, emoji: '👍', on: true }, hex: 'a66176016261740164626f6479a3626f665009090909090909090909090909090909626f6ef565656d6f6a6964f09f918d647479706565726561637465636861696ef66d61757468656e74696361746f7242cdcd' },
  pin: { body: { kind: 'pin', of: OF, on: false }, hex: 'a66176016261740164626f6479a2626f665009090909090909090909090909090909626f6ef464747970656370696e65636861696ef66d61757468656e74696361746f7242cdcd' },
  vote: { body: { kind: 'vote', of: OF, choices: [1] }, hex: 'a66176016261740164626f6479a2626f6650090909090909090909090909090909096763686f696365738101647479706564766f746565636861696ef66d61757468656e74696361746f7242cdcd' },
  close: { body: { kind: 'close', of: OF }, hex: 'a66176016261740164626f6479a1626f665009090909090909090909090909090909647479706565636c6f736565636861696ef66d61757468656e74696361746f7242cdcd' },
  delivered: { body: { kind: 'delivered', through: 7 as Seq }, hex: 'a66176016261740164626f6479a1677468726f7567680764747970656964656c69766572656465636861696ef66d61757468656e74696361746f7242cdcd' },
  read: { body: { kind: 'read', through: 7 as Seq }, hex: 'a66176016261740164626f6479a1677468726f756768076474797065647265616465636861696ef66d61757468656e74696361746f7242cdcd' },
};

describe('message contents', () => {
  const head = { at: fc.nat(), chain: fc.option(fc.record({ seq: fc.nat() as fc.Arbitrary<Seq>, hash: fixed(32) }, { noNullPrototype: true })), authenticator: fc.uint8Array({ maxLength: 64 }) };
  const stays = fc.option(fc.integer({ min: 1, max: 366 * 86_400 })).map((expires) => (expires === null ? {} : { expires }));
  test('come back as they were written', () => {
    fc.assert(fc.property(fc.record({ ...head, body: anyBody }, { noNullPrototype: true }), stays, (given, stay) => {
      const message = { ...given, ...stay };
      assert.deepEqual(decodeMessage(encodeMessage(message)), { ...message, newer: null });
    }), { numRuns: 500 });
  });

  test('with fields of a newer version are read as far as they are known, and kept whole', () => {
    fc.assert(fc.property(anyBody, (body) => {
      const { kind, ...fields } = body;
      const plaintext = toCbor({ v: 1, type: kind, at: 5, chain: null, authenticator: filled(4, 1), body: { ...fields, shimmer: true } });
      assert.deepEqual(decodeMessage(plaintext), { at: 5, chain: null, authenticator: filled(4, 1), body, newer: plaintext });
    }));
  });

  test('with something newer within something known are kept whole, too', () => {
    const fields = { text: '', attachments: [{ ...ATTACHMENT, scent: 'pine' }] };
    const plaintext = toCbor({ v: 1, type: 'media', at: 5, chain: null, authenticator: filled(4, 1), body: fields });
    assert.deepEqual(decodeMessage(plaintext)?.newer, plaintext);
    assert.equal(decodeMessage(toCbor({ v: 1, type: 'media', at: 5, chain: null, authenticator: filled(4, 1), body: { text: '', attachments: [ATTACHMENT] } }))?.newer, null);
  });

  for (const [why, type, fields] of [
    ['a text over its bound', 'text', { text: 'x'.repeat(32 * 1024 + 1) }], ['no attachment', 'media', { text: '', attachments: [] }], ['more attachments than a message has', 'media', { text: '', attachments: Array.from({ length: 31 }, () => ATTACHMENT) }],
    ['an attachment without its hash', 'media', { text: '', attachments: [{ ...ATTACHMENT, hash: new Uint8Array(31) }] }], ['an attachment larger than any', 'media', { text: '', attachments: [{ ...ATTACHMENT, size: 2 ** 31 + 1 }] }],
    ['a preview that is a picture', 'media', { text: '', attachments: [{ ...ATTACHMENT, preview: new Uint8Array(1025) }] }], ['one answer', 'poll', { question: '?', options: ['yes'], several: false }],
    ['a place off the earth', 'place', { latitude: 91, longitude: 0 }], ['an empty reaction', 'react', { of: new Uint8Array(16), emoji: '', on: true }],
    ['a null where a field is missing', 'text', { text: '', reply: null }], ['another kind within', 'text', { kind: 'delete', of: new Uint8Array(16) }],
    ['an id of the wrong length', 'delete', { of: new Uint8Array(15) }], ['a choice that no poll has', 'vote', { of: new Uint8Array(16), choices: [20] }],
  ] as const) {
    test(`are refused for ${why}`, () => assert.equal(decodeMessage(toCbor({ v: 1, type, at: 5, chain: null, authenticator: filled(4, 1), body: fields })), undefined));
  }

  test('say how long they stay, of types that are not known as well, and within bounds', () => {
    const saying = (expires: unknown, type = 'pull') => decodeMessage(toCbor({ v: 1, type, at: 5, chain: null, authenticator: filled(4, 1), expires, body: { text: 'x' } }));
    assert.deepEqual([saying(60)?.expires, saying(60)?.body.kind, saying(60, 'text')?.expires], [60, 'unknown', 60]);
    for (const wrong of [0, -1, 1.5, null, '60', 367 * 86_400]) assert.equal(saying(wrong, 'text'), undefined);
  });

  test('never throw, whatever comes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { decodeMessage(bytes); }));
    const whole = encodeMessage({ at: 1, chain: null, authenticator: filled(32, 1), body: { kind: 'text', text: 'hello' } });
    for (let length = 0; length < whole.length; length++) assert.equal(decodeMessage(whole.subarray(0, length)), undefined);
  });

  test('of a newer version are kept whole', () => {
    const known = encodeMessage({ at: 5, chain: null, authenticator: filled(4, 1), body: { kind: 'text', text: 'x' } });
    const newer = Uint8Array.from(Buffer.from(Buffer.from(known).toString('latin1').replace('dtypedtext', 'dtypedpull'), 'latin1'));
    const read = decodeMessage(newer);
    assert.deepEqual(read?.body, { kind: 'unknown', type: 'pull', raw: newer });
    assert.deepEqual(encodeMessage({ at: 5, chain: null, authenticator: filled(4, 1), body: read?.body ?? { kind: 'text', text: '' } }), newer);
  });

  test('frozen', () => {
    const bytes = encodeMessage({ at: 1_700_000_000_000, chain: { seq: 7 as Seq, hash: filled(32, 0xab) }, authenticator: filled(4, 0xcd), body: { kind: 'text', text: 'hé' } });
    assert.equal(toHex(bytes), FROZEN_TEXT);
    assert.deepEqual(decodeMessage(fromHex(FROZEN_TEXT) ?? new Uint8Array()), { at: 1_700_000_000_000, chain: { seq: 7, hash: filled(32, 0xab) }, authenticator: filled(4, 0xcd), body: { kind: 'text', text: 'hé' }, newer: null });
  });

  test('frozen: one that disappears', () => {
    const message = { at: 1, chain: null, authenticator: filled(2, 0xcd), expires: 604_800, body: { kind: 'text', text: 'x' } } as const;
    assert.equal(toHex(encodeMessage(message)), FROZEN_EXPIRING);
    assert.deepEqual(decodeMessage(fromHex(FROZEN_EXPIRING) ?? new Uint8Array()), { ...message, newer: null });
  });

  for (const [kind, { body, hex }] of Object.entries(FROZEN)) {
    test(`frozen: ${kind}`, () => {
      const bytes = encodeMessage({ at: 1, chain: null, authenticator: filled(2, 0xcd), body });
      assert.equal(toHex(bytes), hex);
      assert.deepEqual(decodeMessage(fromHex(hex) ?? new Uint8Array())?.body, body);
    });
  }
});

const FROZEN_EXPIRING = 'a76176016261740164626f6479a1647465787461786474797065647465787465636861696ef667657870697265731a00093a806d61757468656e74696361746f7242cdcd';

const FROZEN_TEXT =
  'a66176016261741b0000018bcfe5680064626f6479a164746578746368c3a96474797065647465787465636861696e82075820abababababababababababababababababababababababababababababababab6d61757468656e74696361746f7244cdcdcdcd';

describe('invites', () => {
  const link = fc.record({ room: fixed<RoomId>(32), secret: fixed(32), inviter: fixed(16), relay: fc.constantFrom('https://relay.example', 'http://127.0.0.1:8080') }, { noNullPrototype: true });
  test('links come back as they were written, whatever app they open', () => {
    fc.assert(fc.property(link, fc.constantFrom('https://relay.example', 'https://app.example/', 'http://127.0.0.1:8080'), (given, app) => {
      const text = encodeInviteLink(given, app);
      assert.deepEqual(decodeInviteLink(text), given);
      assert.ok(!new URL(text).pathname.includes('join') && new URL(text).search === '');
      for (const cut of [text.slice(0, -1), text.slice(0, text.indexOf('#join/') + 8)]) assert.equal(decodeInviteLink(cut), undefined);
    }));
    fc.assert(fc.property(fc.string(), (text) => { decodeInviteLink(text); decodeInviteLink(`https://a.example/#join/${text}`); }));
  });

  test('GroupInfo opens for each standing invite, for each member who comes back, and for nobody else', () => {
    const room = filled<RoomId>(32, 1);
    const secrets = [1, 2, 3].map((byte) => inviteKeys(room, filled(32, byte)));
    const invites = secrets.slice(0, 2).map((keys) => invite(keys, makeIdentity()));
    const [ada, bo] = [makeIdentity(), makeIdentity()];
    const recipients = { invites, returnKeys: [returnKeys(room, ada).public] };
    const groupInfo = filled(5000, 9);
    for (const suite of ['x25519', 'xwing'] as const) {
      const standing = suite === 'x25519' ? recipients : { ...recipients, invites: invites.map((one, i) => ({ ...one, kem: secrets[i]?.kem(suite).publicKey ?? one.kem })) };
      const sealed = sealGroupInfo(room, suite, groupInfo, standing);
      assert.deepEqual(openGroupInfo(room, sealed, secrets[0] as never), groupInfo);
      assert.deepEqual(openGroupInfo(room, sealed, secrets[1] as never), groupInfo);
      assert.equal(openGroupInfo(room, sealed, secrets[2] as never), undefined);
      assert.equal(openGroupInfo(filled(32, 2), sealed, secrets[0] as never), undefined);
      assert.deepEqual(openGroupInfoToReturn(room, sealed, returnKeys(room, ada)), groupInfo);
      assert.equal(openGroupInfoToReturn(room, sealed, returnKeys(room, bo)), undefined);
      // One who stands with a useless key shuts out themselves alone.
      const broken = sealGroupInfo(room, suite, groupInfo, { ...standing, invites: [{ ...standing.invites[0], kem: filled(7, 1) } as never, standing.invites[1] as never] });
      assert.deepEqual(openGroupInfo(room, broken, secrets[1] as never), groupInfo);
    }
  });
});

describe('what opens a room to somebody', () => {
  const room = filled<RoomId>(32, 1);
  const epoch = filled<EpochId>(16, 2);

  test('a knock says who, by which invite, here and now, and nothing of it can be another’s', () => {
    const who = { ...makeIdentity(), name: 'Di' };
    const [door, own, other] = [1, 2, 3].map((byte) => inviteKeys(room, filled(32, byte))) as [InviteKeys, InviteKeys, InviteKeys];
    for (const suite of ['x25519', 'xwing'] as const) {
      const content = makeKnock({ room, epoch }, door, own, suite, who, 1_700_000_000_000);
      const knock = readKnock(content);
      assert.ok(knock !== undefined && holdsKnock({ room, epoch }, knock, door.sign.publicKey));
      assert.deepEqual([knock.name, knock.at, knock.as.sign], ['Di', 1_700_000_000_000, own.sign.publicKey]);
      const changed: readonly Knock[] = [
        { ...knock, name: 'Do' }, { ...knock, at: 5 }, { ...knock, identity: makeIdentity().identityKey }, { ...knock, invite: other.id },
        { ...knock, as: { ...knock.as, sign: other.sign.publicKey } }, { ...knock, as: { ...knock.as, kem: other.kem(suite).publicKey } }, { ...knock, as: { ...knock.as, id: other.id } },
      ];
      for (const one of changed) assert.equal(holdsKnock({ room, epoch }, one, door.sign.publicKey), false);
      assert.equal(holdsKnock({ room: filled(32, 9), epoch }, knock, door.sign.publicKey), false);
      assert.equal(holdsKnock({ room, epoch: filled(16, 9) }, knock, door.sign.publicKey), false);
      assert.equal(holdsKnock({ room, epoch }, knock, other.sign.publicKey), false);
      for (let length = 0; length < content.length; length += 7) assert.equal(readKnock(content.subarray(0, length)), undefined);
      assert.ok(content.length < LIMITS.knock / 4);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { readKnock(bytes); }));
  });

  test('a leave statement is of one leaf, in one room', () => {
    const ada = makeIdentity();
    const device = filled(32, 7);
    const said = leaveStatement(room, device, ada);
    const leaf = { identityKey: ada.identityKey, deviceKey: device };
    assert.deepEqual(leavesIn(leavesData([said])), [said]);
    assert.deepEqual(leavesIn(leavesData([])), []);
    assert.equal(hasLeft([said], room, leaf), true);
    assert.equal(hasLeft([said], filled(32, 9), leaf), false);
    assert.equal(hasLeft([said], room, { ...leaf, deviceKey: filled(32, 8) }), false);
    assert.equal(hasLeft([said], room, { ...leaf, identityKey: makeIdentity().identityKey }), false);
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => { leavesIn(bytes); }));
  });

  test('a request for a room of two comes back as it was written, padded', () => {
    const request = { room, secret: filled(32, 5), relay: 'https://relay.example' };
    assert.deepEqual(decodeRequest(encodeRequest(request)), { v: 1, ...request });
    assert.equal(encodeRequest(request).length, encodeRequest({ ...request, relay: 'https://another-relay.example:8443' }).length);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { decodeRequest(bytes); }));
  });

  test('what is registered is one key each, whoever stands where', () => {
    const ada = makeIdentity();
    const key = inviteKeys(room, filled(32, 1));
    const refused = { key: inviteKeys(room, filled(32, 2)).sign.publicKey, identity: ada.identityKey, name: '', by: ada.identityKey };
    const leaf = (number: number) => ({ leaf: number, identityKey: ada.identityKey, deviceKey: filled(32, number), extensions: leafOf(ada, { invite: null, of: null, role: 'member', at: number }) });
    const state = { extensions: [invitesExtension([invite(key, ada, { uses: 3, expires: 9 })], [refused])], members: [leaf(0), leaf(1)] };
    assert.deepEqual(registrationsOf(state).map(({ uses, expires }) => [uses, expires]), [[3, 9], [0, 1], [0, 0]]);
  });
});

test('names are shown without what cannot be seen', () => {
  assert.equal(neutralised('  Ada\u202E \u200Beve\u0000\n L. '), 'Ada eve L.');
  assert.equal(neutralised('x'.repeat(100)).length, 64);
  assert.equal(neutralised('👩‍🚀'.slice(0, 3)).includes('\uD83D'), true);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => {
    assert.equal(neutralised(neutralised(name)), neutralised(name));
    assert.doesNotMatch(neutralised(name), /[\p{Cc}\p{Cf}\p{Cs}]/u);
  }));
});
