/**
 * The library checks a GroupInfo's whole tree again in joining, which we have just done to read it: what was
 * found to verify once is then remembered, byte for byte, for as long as that one join lasts.
 */
import type { CiphersuiteImpl, ClientConfig } from 'ts-mls';
import { concat, equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { authenticationService } from './credential.ts';
import { clientConfig } from './leaf.ts';
import { suiteImplementation, type Suite } from './suite.ts';

export interface Remembering {
  readonly implementation: CiphersuiteImpl;
  /** For the library's checks alone, not to be kept in a state. */
  readonly config: ClientConfig;
}

export function remembering(suite: Suite): Remembering {
  const implementation = suiteImplementation(suite);
  /** By signature, or by credential: all that was verified with it. */
  const known = new Map<string, readonly Uint8Array[]>();
  const once = async (by: Uint8Array, statement: Uint8Array, verify: () => Promise<boolean>): Promise<boolean> => {
    const key = toBase64Url(by);
    const before = known.get(key) ?? [];
    if (before.some((other) => equalBytes(other, statement))) return true;
    const holds = await verify();
    if (holds) known.set(key, [...before, statement]);
    return holds;
  };
  return {
    implementation: {
      ...implementation,
      signature: {
        ...implementation.signature,
        verify: (publicKey, message, signature) => once(signature, concat(publicKey, message), () => implementation.signature.verify(publicKey, message, signature)),
      },
    },
    config: {
      ...clientConfig,
      authService: {
        validateCredential: (credential, deviceKey) => {
          const check = (): Promise<boolean> => authenticationService.validateCredential(credential, deviceKey);
          return credential.credentialType === 'basic' ? once(credential.identity, deviceKey.slice(), check) : check();
        },
      },
    },
  };
}
