/** One WebSocket binary message is one frame; its first byte tells which. */
import { ACK_TYPE, decodeAck, type Ack } from './ack.ts';
import { CONTROL_TYPE, decodeClientControl, decodeRelayControl, type ClientControl, type RelayControl } from './control.ts';
import { decodeEnvelope, ENVELOPE_TYPE, type Envelope } from './envelope.ts';
import { START } from './ids.ts';
import { LIMITS } from './limits.ts';

export type ClientFrame =
  | { readonly type: 'envelope'; readonly envelope: Envelope; readonly frame: Uint8Array }
  | { readonly type: 'control'; readonly control: ClientControl };

export type RelayFrame =
  | { readonly type: 'envelope'; readonly envelope: Envelope; readonly frame: Uint8Array }
  | { readonly type: 'ack'; readonly ack: Ack }
  | { readonly type: 'control'; readonly control: RelayControl };

export interface Malformed {
  readonly type: 'malformed';
  readonly code: 'bad-frame' | 'too-large';
}

const BAD: Malformed = { type: 'malformed', code: 'bad-frame' };
const LARGE: Malformed = { type: 'malformed', code: 'too-large' };

/** What a relay reads. A client sends no commit envelopes (those come in a bundle) and places nothing. Never throws. */
export function decodeClientFrame(frame: Uint8Array): ClientFrame | Malformed {
  if (frame.length > LIMITS.frame) return LARGE;
  switch (frame[0]) {
    case ENVELOPE_TYPE: {
      const envelope = decodeEnvelope(frame);
      if (envelope === undefined || envelope.kind === 'commit' || envelope.seq !== START) return BAD;
      return envelope.payload.length > (envelope.kind === 'knock' ? LIMITS.knock : LIMITS.payload) ? LARGE : { type: 'envelope', envelope, frame };
    }
    case CONTROL_TYPE: {
      const control = decodeClientControl(frame);
      return control === undefined ? BAD : { type: 'control', control };
    }
    default:
      return BAD;
  }
}

/** What a client reads. A durable envelope has a seq, a signal has none. Never throws. */
export function decodeRelayFrame(frame: Uint8Array): RelayFrame | Malformed {
  switch (frame[0]) {
    case ENVELOPE_TYPE: {
      const envelope = decodeEnvelope(frame);
      if (envelope === undefined || (envelope.kind === 'signal') !== (envelope.seq === START)) return BAD;
      return { type: 'envelope', envelope, frame };
    }
    case ACK_TYPE: {
      const ack = decodeAck(frame);
      return ack === undefined ? BAD : { type: 'ack', ack };
    }
    case CONTROL_TYPE: {
      const control = decodeRelayControl(frame);
      return control === undefined ? BAD : { type: 'control', control };
    }
    default:
      return BAD;
  }
}
