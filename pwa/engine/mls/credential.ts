/**
 * Who a leaf belongs to. The basic credential of a leaf (RFC 9420 §5.3) is
 *
 *   version 1 (1 byte) ‖ identity key (32) ‖ Ed25519 signature by it over "sotto device v1" ‖ device key (64)
 *
 * so that a person is their identity key, and each of their devices shows that it is theirs.
 */
import type { AuthenticationService, Credential } from 'ts-mls';
import type { Branded } from '../../../shared/ids.ts';
import { concat, utf8 } from '../../../shared/bytes.ts';
import { newSigningKeys, sign, verify } from '../crypto/signature.ts';

/** Ed25519 public key, 32 bytes: a person. */
export type IdentityKey = Branded<Uint8Array, 'IdentityKey'>;

export interface Identity {
  readonly identityKey: IdentityKey;
  /** 64 bytes, libsodium's form. */
  readonly identitySecret: Uint8Array;
}

export interface DeviceKeys {
  readonly identityKey: IdentityKey;
  /** The leaf's signature key. */
  readonly deviceKey: Uint8Array;
  readonly deviceSecret: Uint8Array;
  readonly credential: Uint8Array;
}

const VERSION = 1;
const CREDENTIAL_BYTES = 1 + 32 + 64;

const deviceStatement = (deviceKey: Uint8Array): Uint8Array => concat(utf8('sotto device v1'), deviceKey);

export function makeIdentity(): Identity {
  const { publicKey, secretKey } = newSigningKeys();
  return { identityKey: publicKey as IdentityKey, identitySecret: secretKey };
}

/** A fresh leaf key for one device in one group, signed by its person. */
export function makeDevice(identity: Identity): DeviceKeys {
  const { publicKey, secretKey } = newSigningKeys();
  const signature = sign(deviceStatement(publicKey), identity.identitySecret);
  return {
    identityKey: identity.identityKey, deviceKey: publicKey, deviceSecret: secretKey,
    credential: concat(Uint8Array.of(VERSION), identity.identityKey, signature),
  };
}

/** The person whom a credential names, whether or not it holds. */
export function claimedIdentity(credential: Credential): IdentityKey | undefined {
  if (credential.credentialType !== 'basic') return undefined;
  const bytes = credential.identity;
  return bytes.length === CREDENTIAL_BYTES && bytes[0] === VERSION ? (bytes.slice(1, 33) as IdentityKey) : undefined;
}

/** The person behind a leaf; undefined where the credential does not bind this very leaf key to them. */
export function identityOf(credential: Credential, deviceKey: Uint8Array): IdentityKey | undefined {
  const identityKey = claimedIdentity(credential);
  if (identityKey === undefined || credential.credentialType !== 'basic') return undefined;
  return verify(credential.identity.subarray(33), deviceStatement(deviceKey), identityKey) ? identityKey : undefined;
}

/** RFC 9420 §5.3.1: asked about every leaf that enters the tree. */
export const authenticationService: AuthenticationService = {
  validateCredential: async (credential, deviceKey) => identityOf(credential, deviceKey) !== undefined,
};
