/**
 * `npm run bench:mls`: MLS on X-Wing over libsodium beside the same library over its own default provider,
 * turn by turn in one run: messages of 200 bytes between two members, growth to 100, coming in at 100.
 */
import {
  createApplicationMessage, createCommit, createGroup, createGroupInfoWithExternalPubAndRatchetTree, defaultCapabilities, defaultCryptoProvider,
  defaultLifetime, emptyPskIndex, generateKeyPackage, getCiphersuiteFromName, joinGroup, joinGroupExternal, processPrivateMessage, processPublicMessage,
  type CiphersuiteImpl, type ClientState, type PrivateMessage,
} from 'ts-mls';
import { utf8 } from '../../shared/bytes.ts';
import { loadSodium, randomBytes } from '../../pwa/engine/crypto/sodium.ts';
import { suiteImplementation } from '../../pwa/engine/mls/suite.ts';
import { deliver, founder, newcomer, type Peer } from '../support/members.ts';
import { finish, median, progress } from './report.ts';

const RUNS = 7;
const MESSAGES = 150;
const MEMBERS = 100;
const JOINS = 3;
const BAR = 5;

interface Pair { alice: ClientState; bob: ClientState }

const device = (cs: CiphersuiteImpl, name: string) => generateKeyPackage({ credentialType: 'basic', identity: utf8(name) }, defaultCapabilities(), defaultLifetime, [], cs);

async function alone(cs: CiphersuiteImpl): Promise<ClientState> {
  const { publicPackage, privatePackage } = await device(cs, 'alice');
  return createGroup(utf8('bench'), publicPackage, privatePackage, [], cs);
}

async function pair(cs: CiphersuiteImpl): Promise<Pair> {
  const { publicPackage, privatePackage } = await device(cs, 'bob');
  const { newState, welcome } = await createCommit(
    { state: await alone(cs), cipherSuite: cs },
    { extraProposals: [{ proposalType: 'add', add: { keyPackage: publicPackage } }], ratchetTreeExtension: true },
  );
  if (welcome === undefined) throw new Error('an Add without a Welcome');
  return { alice: newState, bob: await joinGroup(welcome, publicPackage, privatePackage, emptyPskIndex, cs) };
}

const seconds = async (work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** Messages a second, each way. */
async function messages(cs: CiphersuiteImpl, both: Pair): Promise<{ encrypted: number; decrypted: number }> {
  const text = randomBytes(200);
  const sent: PrivateMessage[] = [];
  const encrypting = await seconds(async () => {
    for (let n = 0; n < MESSAGES; n++) {
      const { newState, privateMessage } = await createApplicationMessage(both.alice, text, cs);
      both.alice = newState;
      sent.push(privateMessage);
    }
  });
  const decrypting = await seconds(async () => {
    for (const message of sent) both.bob = (await processPrivateMessage(both.bob, message, emptyPskIndex, cs)).newState;
  });
  return { encrypted: MESSAGES / encrypting, decrypted: MESSAGES / decrypting };
}

/** One more member comes in by itself, and one that was there follows. Seconds of each. */
async function join(cs: CiphersuiteImpl, host: ClientState): Promise<{ host: ClientState; joining: number; following: number }> {
  const info = await createGroupInfoWithExternalPubAndRatchetTree(host, [], cs);
  const { publicPackage, privatePackage } = await device(cs, 'newcomer');
  const began = performance.now();
  const { publicMessage } = await joinGroupExternal(info, publicPackage, privatePackage, false, cs);
  const joined = performance.now();
  const { newState } = await processPublicMessage(host, publicMessage, emptyPskIndex, cs);
  return { host: newState, joining: (joined - began) / 1000, following: (performance.now() - joined) / 1000 };
}

/** The same through our facade, which answers with the sender and the members: at any size, the price of a message is the same. */
async function facade(size: number): Promise<{ encrypted: number; decrypted: number }> {
  const alice = await founder('xwing');
  const members: Peer[] = [alice];
    for (let n = 1; n < size; n++) {
    const joining = await newcomer(await alice.group.groupInfo());
    await deliver(joining.message, members);
    if (members.length < 2) members.push(joining); // the others are asleep
  }
  const bob = members[1];
  if (bob === undefined) throw new RangeError('it takes two');
  const sent: Uint8Array[] = [];
  const rates: { encrypted: number[]; decrypted: number[] } = { encrypted: [], decrypted: [] };
  for (let run = 0; run < RUNS; run++) {
    sent.length = 0;
    const encrypting = await seconds(async () => {
      for (let n = 0; n < MESSAGES; n++) {
        const { group, message } = await alice.group.encrypt(new Uint8Array(200));
        alice.group = group;
        sent.push(message);
      }
    });
    const decrypting = await seconds(async () => {
      for (const message of sent) await deliver(message, [bob]);
    });
    rates.encrypted.push(MESSAGES / encrypting);
    rates.decrypted.push(MESSAGES / decrypting);
  }
  return { encrypted: median(rates.encrypted), decrypted: median(rates.decrypted) };
}

await loadSodium();
const providers = {
  libsodium: suiteImplementation('xwing'),
  default: await defaultCryptoProvider.getCiphersuiteImpl(getCiphersuiteFromName('MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519')),
} as const;
type Name = keyof typeof providers;
const names: readonly Name[] = ['libsodium', 'default'];

const rates: Record<Name, { encrypted: number[]; decrypted: number[] }> = { libsodium: { encrypted: [], decrypted: [] }, default: { encrypted: [], decrypted: [] } };
const pairs: Record<Name, Pair> = { libsodium: await pair(providers.libsodium), default: await pair(providers.default) };
for (const name of names) await messages(providers[name], pairs[name]); // warm
for (let run = 0; run < RUNS; run++) {
  for (const name of run % 2 === 0 ? names : [...names].reverse()) {
    const { encrypted, decrypted } = await messages(providers[name], pairs[name]);
    rates[name].encrypted.push(encrypted);
    rates[name].decrypted.push(decrypted);
    progress(`messages ${run + 1}/${RUNS} ${name}: ${encrypted.toFixed(0)} encrypted/s, ${decrypted.toFixed(0)} decrypted/s`);
  }
}

const growth: Record<Name, number> = { libsodium: 0, default: 0 };
const hosts: Record<Name, ClientState> = { libsodium: await alone(providers.libsodium), default: await alone(providers.default) };
for (let size = 2; size <= MEMBERS; size++) {
  for (const name of names) {
    const { host, joining, following } = await join(providers[name], hosts[name]);
    hosts[name] = { ...host, historicalReceiverData: new Map() };
    growth[name] += joining + following;
  }
  if (size % 20 === 0) progress(`growth to ${size}: ${names.map((name) => `${name} ${growth[name].toFixed(1)} s`).join(', ')}`);
}

const joins: Record<Name, { joining: number[]; following: number[] }> = { libsodium: { joining: [], following: [] }, default: { joining: [], following: [] } };
for (let run = 0; run < JOINS; run++) {
  for (const name of names) {
    const { joining, following } = await join(providers[name], hosts[name]);
    joins[name].joining.push(joining);
    joins[name].following.push(following);
    progress(`join at ${MEMBERS}, ${run + 1}/${JOINS} ${name}: ${(joining * 1000).toFixed(0)} ms, ${(following * 1000).toFixed(0)} ms for one who is there`);
  }
}

const through = { 2: await facade(2), [MEMBERS]: await facade(MEMBERS) };
for (const [size, { encrypted, decrypted }] of Object.entries(through)) progress(`through the facade at ${size}: ${encrypted.toFixed(0)} encrypted/s, ${decrypted.toFixed(0)} decrypted/s`);

const encrypt = median(rates.libsodium.encrypted) / median(rates.default.encrypted);
const decrypt = median(rates.libsodium.decrypted) / median(rates.default.decrypted);
finish({
  name: 'mls',
  runs: RUNS,
  figures: Object.fromEntries([
    ...names.flatMap((name): [string, number][] => [
      [`${name}: messages encrypted/s`, median(rates[name].encrypted)],
      [`${name}: messages decrypted/s`, median(rates[name].decrypted)],
      [`${name}: growth to ${MEMBERS} members, s`, growth[name]],
      [`${name}: external join at ${MEMBERS}, ms`, 1000 * median(joins[name].joining)],
      [`${name}: following that join, ms`, 1000 * median(joins[name].following)],
    ]),
    ...Object.entries(through).flatMap(([size, { encrypted, decrypted }]): [string, number][] => [
      [`facade at ${size} members: encrypted/s`, encrypted],
      [`facade at ${size} members: decrypted/s`, decrypted],
    ]),
  ]),
  ratios: {
    'messages encrypted': encrypt, 'messages decrypted': decrypt, 'growth': growth.default / growth.libsodium,
    'external join': median(joins.default.joining) / median(joins.libsodium.joining),
  },
  bars: [{ what: 'messages encrypted', atLeast: BAR, got: encrypt }, { what: 'messages decrypted', atLeast: BAR, got: decrypt }],
});
