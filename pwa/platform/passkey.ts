/**
 * A passkey as a key: WebAuthn's `prf` extension (WebAuthn Level 3, §10.1.4) has the authenticator make 32 bytes of a salt, the same each time, and only after it has
 * made sure of the person. The credential proves nothing to anybody else: no server knows of it, and its challenge is of no consequence.
 */
import { EngineError, type PasskeyPlace, type PasskeySecret } from '../engine/api.ts';

const SECRET_BYTES = 32;
/** Milliseconds that the person has. */
const PATIENCE = 120_000;

const random = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(SECRET_BYTES));

/** Makes one and asks for its secret. Rejects with `no-passkey` where it was cancelled, or cannot do this. */
export async function makePasskey(name: string): Promise<PasskeySecret> {
  const salt = random();
  const made = await asked(() => navigator.credentials.create({
    publicKey: {
      challenge: random(), rp: { name: 'Sotto' }, user: { id: random(), name, displayName: name }, timeout: PATIENCE,
      // Ed25519, ES256, RS256: those that authenticators have.
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      extensions: { prf: { eval: { first: salt } } },
    },
  }));
  const place = { id: new Uint8Array(made.rawId), salt };
  const { prf } = made.getClientExtensionResults();
  const first = secretIn(prf);
  if (first !== undefined) return { ...place, secret: first };
  if (prf?.enabled !== true) throw new EngineError('no-passkey', 'The authenticator has no secrets to give.');
  // Many make it only when the credential is used.
  return usePasskey([place]);
}

/** Asks for the secret of one of these. Rejects with `no-passkey`. */
export async function usePasskey(places: readonly PasskeyPlace[]): Promise<PasskeySecret> {
  const used = await asked(() => navigator.credentials.get({
    publicKey: {
      challenge: random(), timeout: PATIENCE, userVerification: 'required',
      allowCredentials: places.map(({ id }) => ({ type: 'public-key', id: new Uint8Array(id) })),
      extensions: { prf: { evalByCredential: Object.fromEntries(places.map(({ id, salt }) => [base64Url(id), { first: new Uint8Array(salt) }])) } },
    },
  }));
  const id = new Uint8Array(used.rawId);
  const place = places.find((one) => base64Url(one.id) === base64Url(id));
  const secret = secretIn(used.getClientExtensionResults().prf);
  if (place === undefined || secret === undefined) throw new EngineError('no-passkey', 'The passkey gave no secret.');
  return { ...place, secret };
}

function secretIn(prf: AuthenticationExtensionsPRFOutputs | undefined): Uint8Array | undefined {
  const first = prf?.results?.first;
  if (first === undefined) return undefined;
  return first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer, first.byteOffset, first.byteLength);
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (cause) {
    throw new EngineError('no-passkey', 'No passkey was used.', { cause });
  }
  if (credential instanceof PublicKeyCredential) return credential;
  throw new EngineError('no-passkey', 'No passkey was used.');
}

const base64Url = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
