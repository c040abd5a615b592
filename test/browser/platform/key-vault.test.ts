import { expect } from '@esm-bundle/chai';
import { openDB } from 'idb';
import { KeyVault, VaultError } from '../../../pwa/platform/key-vault.ts';

let count = 0;
const fresh = (): string => `keys-${Date.now()}-${count++}`;

async function keyOf(vault: KeyVault): Promise<Uint8Array> {
  const key = await vault.openKey();
  if (key === null) throw new Error('it is locked');
  return key;
}

const refusal = async (tried: Promise<unknown>): Promise<string> => {
  try {
    await tried;
  } catch (error) {
    if (error instanceof VaultError) return error.code;
    throw error;
  }
  return 'taken';
};

const stored = async (name: string): Promise<Record<string, unknown>> => {
  const database = await openDB(name);
  const record = (await database.get('keys', 'device')) as Record<string, unknown>;
  database.close();
  return record;
};

/** Every byte that lies in a stored record. */
function bytesIn(value: unknown): number[] {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof CryptoKey || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(bytesIn);
}

const passkey = { id: new Uint8Array([1, 2, 3]), salt: new Uint8Array(32).fill(4), secret: new Uint8Array(32).fill(5) };

describe('the key vault', () => {
  it('has the same key whenever it is asked for, and however many ask at once', async () => {
    const name = fresh();
    const keys = await Promise.all([1, 2, 3].map(() => keyOf(new KeyVault(name))));
    expect(keys[0]).to.have.length(32);
    for (const key of keys) expect(key).to.deep.equal(keys[0]);
    expect(await keyOf(new KeyVault(name))).to.deep.equal(keys[0]);
    expect(await keyOf(new KeyVault(fresh()))).not.to.deep.equal(keys[0]);
  });

  it('keeps it wrapped by a key that cannot be extracted', async () => {
    const name = fresh();
    const key = await keyOf(new KeyVault(name));
    const record = await stored(name);
    const wrappingKey = record['wrappingKey'] as CryptoKey;
    expect(wrappingKey.extractable).to.equal(false);
    expect(bytesIn(record).join()).not.to.contain([...key].join());
    let refused = false;
    await crypto.subtle.exportKey('raw', wrappingKey).catch(() => { refused = true; });
    expect(refused).to.equal(true);
  });

  it('opens with the passphrase alone once there is one', async () => {
    const name = fresh();
    const vault = new KeyVault(name);
    const key = await keyOf(vault);
    expect(await vault.state(true)).to.deep.equal({ kind: 'none' });
    await vault.add(key, { passphrase: 'Büro am Meer' });
    expect((await vault.state(true)).kind).to.equal('unlocked');
    const locked = await new KeyVault(name).state(false);
    expect(locked).to.deep.equal({ kind: 'locked', ways: { passphrase: true, passkeys: [] }, waitUntil: null });
    expect(await new KeyVault(name).openKey()).to.equal(null);
    expect(await refusal(vault.unlock({ passphrase: 'Buro am Meer' }))).to.equal('wrong');
    // The same letters, typed as letter and accent.
    expect(await vault.unlock({ passphrase: 'Bu\u0308ro am Meer' })).to.deep.equal(key);
    const record = await stored(name);
    expect(JSON.stringify(record['ways'])).not.to.contain('"open"');
  });

  it('what lies there is of no use with the browser’s own key but without the passphrase', async () => {
    const name = fresh();
    const vault = new KeyVault(name);
    const key = await keyOf(vault);
    await vault.add(key, { passphrase: 'one' });
    const { wrappingKey, ways } = (await stored(name)) as { wrappingKey: CryptoKey; ways: { box: { iv: Uint8Array<ArrayBuffer>; sealed: Uint8Array<ArrayBuffer> } }[] };
    for (const { box } of ways) {
      const below = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: box.iv }, wrappingKey, box.sealed));
      expect([...below].join()).not.to.contain([...key].join());
    }
  });

  it('takes a passkey beside the passphrase, and a new passphrase in place of the old one', async () => {
    const vault = new KeyVault(fresh());
    const key = await keyOf(vault);
    await vault.add(key, { passphrase: 'first' });
    await vault.add(key, { passkey });
    expect(await vault.unlock({ passkey })).to.deep.equal(key);
    expect(await refusal(vault.unlock({ passkey: { ...passkey, secret: new Uint8Array(32) } }))).to.equal('wrong');
    await vault.add(key, { passphrase: 'second' });
    expect(await refusal(vault.unlock({ passphrase: 'first' }))).to.equal('wrong');
    expect(await vault.unlock({ passphrase: 'second' })).to.deep.equal(key);
    await vault.remove(key, 'passphrase');
    expect((await vault.state(false))).to.deep.include({ kind: 'locked', ways: { passphrase: false, passkeys: [{ id: passkey.id, salt: passkey.salt }] } });
    await vault.remove(key, passkey);
    expect(await vault.state(false)).to.deep.equal({ kind: 'none' });
    expect(await vault.openKey()).to.deep.equal(key);
  });

  it('slows down after five wrong tries, also for a vault opened anew, and forgets them once it opened', async () => {
    const name = fresh();
    let now = 1_000_000;
    const at = (): number => now;
    const key = await keyOf(new KeyVault(name, at));
    await new KeyVault(name, at).add(key, { passkey });
    const wrong = { passkey: { ...passkey, secret: new Uint8Array(32) } };
    for (let n = 0; n < 5; n++) expect(await refusal(new KeyVault(name, at).unlock(wrong))).to.equal('wrong');
    expect(await refusal(new KeyVault(name, at).unlock({ passkey }))).to.equal('wait');
    expect((await new KeyVault(name, at).state(false))).to.deep.include({ waitUntil: 1_000_000 + 30_000 });
    now += 30_000;
    expect(await refusal(new KeyVault(name, at).unlock(wrong))).to.equal('wrong');
    now += 30_001;
    expect(await refusal(new KeyVault(name, at).unlock({ passkey })), 'the wait did not grow').to.equal('wait');
    now += 30_000;
    expect(await new KeyVault(name, at).unlock({ passkey })).to.deep.equal(key);
    expect(await refusal(new KeyVault(name, at).unlock(wrong))).to.equal('wrong');
    expect(await new KeyVault(name, at).unlock({ passkey })).to.deep.equal(key);
  });
});
