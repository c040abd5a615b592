/** What an engine is made of: the ports, and where it lives. */
import type { Suite } from './mls/index.ts';
import type { BlobTransport } from './ports/blob-transport.ts';
import type { Clock } from './ports/clock.ts';
import type { DeviceKeySource } from './ports/device-key.ts';
import type { Randomness } from './ports/randomness.ts';
import type { Storage } from './ports/storage.ts';
import type { Transport } from './ports/transport.ts';

export interface EngineOptions {
  /** Unsealed: the engine seals what it stores under the device key. */
  readonly storage: Storage;
  readonly transport: Transport;
  /** Without it, attachments wait for one. */
  readonly blobs?: BlobTransport;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly deviceKey: DeviceKeySource;
  /** The origin (and path, without `#`) that invite links begin with, such as https://chat.example. */
  readonly appOrigin: string;
  /** The origin of the relay on which rooms are created. Rooms that were joined keep the relay their link named. */
  readonly relay: string;
  /** What lets one create rooms on a relay that asks for a token, by the relay's origin. Sent to that relay alone. */
  readonly creationTokens?: Readonly<Record<string, string>>;
  /** Days after which this device renews its keys in a room; 7 where not given. */
  readonly renewAfterDays?: number;
  /** Of rooms created here; `xwing` where not given. Rooms that were joined keep theirs. */
  readonly suite?: Suite;
}
