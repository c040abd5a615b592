import { MOST_WAVEFORM } from '../../engine/api.ts';

/** Loudness as so many bars, each 0 to 1: the loudest of what falls into it. */
export function bars(waveform: ArrayLike<number>, count: number): readonly number[] {
  const { length } = waveform;
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * length) / count));
    let most = 0;
    for (let i = from; i < Math.min(to, length); i += 1) most = Math.max(most, waveform[i] ?? 0);
    return most / 255;
  });
}

/** What was heard, each 0 to 1, as a message carries it: the loudest at 255, so that a soft voice shows too. */
export function waveformOf(levels: readonly number[]): Uint8Array {
  const scaled = bars(levels.map((level) => level * 255), Math.min(MOST_WAVEFORM, Math.max(1, levels.length)));
  const most = Math.max(0.05, ...scaled);
  return Uint8Array.from(scaled, (level) => Math.round((level / most) * 255));
}

/** Upright strokes with round ends, as the path of an SVG: each bar `step` wide, in a height of `height`. */
export function strokes(levels: readonly number[], step: number, height: number): string {
  return levels.map((level, at) => {
    const half = Math.max(0.5, (level * (height - 3)) / 2);
    return `M${(at + 0.5) * step} ${height / 2 - half}v${2 * half}`;
  }).join('');
}
