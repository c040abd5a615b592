/** Every way in which MLS, the relay or the storage fails, classified, and what is done about it: the whole table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, type ErrorCode } from '../../../shared/codes.ts';
import { CryptoError } from '../../../pwa/engine/crypto/sodium.ts';
import { MLS_ERRORS, MlsError, type MlsErrorCode } from '../../../pwa/engine/mls/mls-error.ts';
import { StorageError } from '../../../pwa/engine/ports/storage.ts';
import { failureOf, FAILURES, type Doing, type Failure } from '../../../pwa/engine/recovery/failures.ts';
import { REMEDIES } from '../../../pwa/engine/recovery/remedies.ts';
import { Disconnected, RelayRefusal } from '../../../pwa/engine/sync/refusal.ts';

type Row<D extends Doing> = { readonly [K in D]: Failure | undefined };
type Towards = 'opening' | 'sending' | 'committing' | 'entering';
type Here = 'loading' | 'reading-message' | 'reading-commit';

const all = (failure: Failure): Row<Towards> => ({ opening: failure, sending: failure, committing: failure, entering: failure });

const BY_CODE: { readonly [C in ErrorCode]: Row<Towards> } = {
  'rate-limited': all('not-now'), 'too-many-rooms': all('not-now'), 'too-many-connections': all('not-now'), unavailable: all('not-now'), 'relay-full': all('not-now'), internal: all('not-now'),
  'not-open': { opening: 'not-now', sending: 'behind', committing: 'behind', entering: 'not-now' },
  'no-access': { opening: 'unknown-there', sending: 'behind', committing: 'behind', entering: 'no-way-in' },
  'stale-epoch': { opening: 'behind', sending: 'behind', committing: 'outdated', entering: 'outdated' },
  'read-only': { opening: 'behind', sending: 'behind', committing: 'outdated', entering: 'outdated' },
  'ahead-of-log': { opening: 'behind', sending: 'behind', committing: 'outdated', entering: 'outdated' },
  'commit-lost': all('outdated'), 'epoch-exists': all('outdated'),
  'invite-expired': all('no-way-in'), 'invite-used-up': all('no-way-in'), 'invite-revoked': all('no-way-in'), 'knock-refused': all('no-way-in'),
  'bad-frame': all('unacceptable'), 'too-large': all('unacceptable'), 'room-exists': all('unacceptable'), 'creation-refused': all('unacceptable'), 'push-off': all('unacceptable'), 'push-refused': all('unacceptable'),
};

const WITHIN: Row<Here> = { loading: 'state-corrupt', 'reading-message': 'unreadable-message', 'reading-commit': 'invalid-commit' };
const TOWARDS: readonly Towards[] = ['opening', 'sending', 'committing', 'entering'];
const HERE: readonly Here[] = ['loading', 'reading-message', 'reading-commit'];

for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
  test(`the relay answers ${code}`, () => {
    for (const doing of TOWARDS) assert.equal(failureOf(new RelayRefusal(code, 0), doing), BY_CODE[code][doing], doing);
  });
}

for (const code of Object.keys(MLS_ERRORS) as MlsErrorCode[]) {
  test(`MLS says ${code}`, () => {
    for (const doing of HERE) assert.equal(failureOf(new MlsError(code), doing), WITHIN[doing], doing);
    for (const doing of TOWARDS) assert.equal(failureOf(new MlsError(code), doing), undefined, doing);
  });
}

test('what does not open, what is cut off, and what is a fault of ours', () => {
  for (const doing of HERE) assert.equal(failureOf(new CryptoError('bad-ciphertext'), doing), WITHIN[doing]);
  for (const doing of TOWARDS) assert.equal(failureOf(new CryptoError('bad-ciphertext'), doing), undefined);
  const sealed = new StorageError('failed', 'It does not open.', { cause: new CryptoError('bad-ciphertext') });
  assert.equal(failureOf(sealed, 'loading'), 'state-corrupt');
  // A disk that fails now may be well tomorrow: nobody is told to come back under new keys for that.
  assert.equal(failureOf(new StorageError('failed', 'The disk does not answer.'), 'loading'), undefined);
  assert.equal(failureOf(new StorageError('full', 'No space.'), 'loading'), undefined);
  for (const doing of [...HERE, ...TOWARDS]) {
    assert.equal(failureOf(new Disconnected(), doing), 'no-connection');
    assert.equal(failureOf(new TypeError('a bug'), doing), undefined);
    assert.equal(failureOf('what?', doing), undefined);
  }
});

test('what another member sends takes nobody’s room away', () => {
  for (const code of Object.keys(MLS_ERRORS) as MlsErrorCode[]) {
    for (const doing of ['reading-message', 'reading-commit'] as const) {
      const failure = failureOf(new MlsError(code), doing);
      assert.ok(failure !== undefined && REMEDIES[failure].kind === 'pass-over');
    }
  }
});

test('each failure has its remedy', () => {
  assert.deepEqual(Object.keys(REMEDIES).sort(), [...FAILURES].sort());
  const kinds = Object.fromEntries(FAILURES.map((failure) => [failure, REMEDIES[failure].kind]));
  assert.deepEqual(kinds, {
    'unreadable-message': 'pass-over', 'invalid-commit': 'pass-over', 'state-lost': 'offer-rejoin', 'state-corrupt': 'offer-rejoin', 'away-too-long': 'offer-rejoin', 'commit-withheld': 'offer-rejoin', 'left-behind': 'offer-rejoin',
    'unknown-there': 'ask-members', behind: 'refetch', outdated: 'refetch', 'not-now': 'wait', 'no-connection': 'wait', unacceptable: 'give-up', 'no-way-in': 'ask-members',
  });
  const reasons = FAILURES.flatMap((failure) => {
    const remedy = REMEDIES[failure];
    return remedy.kind === 'offer-rejoin' ? [remedy.reason] : [];
  });
  assert.deepEqual(new Set(reasons), new Set(['state-lost', 'state-corrupt', 'away-too-long', 'diverged']));
});
