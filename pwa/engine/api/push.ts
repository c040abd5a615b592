/** Being woken by Web Push while nothing of Sotto runs. */

/** As a browser gives it (Push API, `PushSubscription`). */
export interface PushAddress {
  readonly endpoint: string;
  /** 65 bytes: an uncompressed point of P-256. */
  readonly p256dh: Uint8Array;
  /** 16 bytes. */
  readonly auth: Uint8Array;
}

/** Of the relay for new rooms alone: a subscription is bound to the key of one relay, and a browser gives one at a time. All rejections are `EngineError`. */
export interface Push {
  /** The key with which one subscribes (RFC 8292), 65 bytes; null where the relay wakes nobody. Rejects with `relay-unreachable`. */
  pushKey(): Promise<Uint8Array | null>;
  /** Where this device is woken from now on; null: nowhere. Each room is told when it is next opened, and those that are open at once. */
  setPush(address: PushAddress | null): Promise<void>;
}
