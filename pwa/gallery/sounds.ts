/** A voice that says nothing: a hum that swells and fades, as WAV, 8 kHz, 8 bit. */
export function hum(seconds: number): Uint8Array<ArrayBuffer> {
  const RATE = 8000;
  const count = Math.round(seconds * RATE);
  const bytes = new Uint8Array(44 + count);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => { for (let i = 0; i < value.length; i++) view.setUint8(at + i, value.charCodeAt(i)); };
  text(0, 'RIFF');
  view.setUint32(4, 36 + count, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, 'data');
  view.setUint32(40, count, true);
  for (let at = 0; at < count; at += 1) bytes[44 + at] = 128 + Math.round(20 * loudness(at / RATE) * Math.sin((at / RATE) * 220 * 6.283));
  return bytes;
}

const loudness = (second: number): number => Math.abs(Math.sin(second * 2.1) * Math.sin(second * 5.7 + 1)) ** 0.7;

export const humWaveform = (seconds: number): Uint8Array => Uint8Array.from({ length: 60 }, (_, at) => 20 + Math.round(230 * loudness((at / 60) * seconds)));
