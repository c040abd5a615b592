/** Randomness that is not key material (ids, jitter), so that a simulation can be replayed from its seed. Keys come from libsodium. */
export interface Randomness {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}
