/** Reading CBOR (RFC 8949) that comes from elsewhere: strictly, and into a checked shape. */
import { decode, encode } from 'cborg';
import * as v from 'valibot';

/** A byte string of exactly `length` bytes. */
export const bytes = <T extends Uint8Array = Uint8Array>(length: number) =>
  v.custom<T>((value) => value instanceof Uint8Array && value.length === length);

export const anyBytes = v.instance(Uint8Array<ArrayBufferLike>);

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const toCbor = (value: unknown): Uint8Array => encode(value);

/** Undefined for what is not one well-formed item of that shape. Unknown map keys are ignored. */
export function fromCbor<S extends v.GenericSchema>(schema: S, data: Uint8Array): v.InferOutput<S> | undefined {
  let value: unknown;
  try {
    value = decode(data, { strict: true, rejectDuplicateMapKeys: true, allowUndefined: false });
  } catch {
    return undefined; // cborg throws on every malformed input; here that is an answer, not a fault
  }
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
