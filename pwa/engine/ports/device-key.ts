/** The 32-byte key that seals this device's records. The browser wraps it with a non-extractable CryptoKey. */
export interface DeviceKeySource {
  /** The same key on every call; made at the first. */
  deviceKey(): Promise<Uint8Array>;
}
