/** The ports that are the same wherever there is a system clock: time, chance, and a device key that its caller keeps. */
import type { Clock } from '../ports/clock.ts';
import type { DeviceKeySource } from '../ports/device-key.ts';
import type { Randomness } from '../ports/randomness.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

export const systemRandomness: Randomness = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
};

/** Made anew with each process, which suits {@link MemoryStorage}. */
export function fleetingDeviceKey(): DeviceKeySource {
  const key = crypto.getRandomValues(new Uint8Array(32));
  return { deviceKey: async () => key };
}
