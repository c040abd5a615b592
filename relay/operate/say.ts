/** Numbers for people. */
import type { Stats } from './stats.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function sayBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}

export function sayStats({ rooms, envelopes, commits, bytes, largestRoom, blobs, deleted, disk, schema, perRoom }: Stats): readonly string[] {
  const facts: readonly (readonly [string, string])[] = [
    ['rooms', String(rooms)],
    ['envelopes', `${envelopes}, of which ${commits} commits; ${sayBytes(bytes)}`],
    ['largest room', `${largestRoom.envelopes} envelopes, ${sayBytes(largestRoom.bytes)}`],
    ['attachments', `${blobs.blobs}, of which ${blobs.parts} are not all here; ${sayBytes(blobs.bytes)}`],
    ['database', `${sayBytes(disk.database)}, of which ${sayBytes(disk.unused)} are unused; ${sayBytes(disk.log)} more not merged yet`],
    ['deleted', deleted === 0 ? 'nothing is left of deleted rooms' : `${deleted} rooms, whose space is still being given back`],
    ['schema', String(schema)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  return perRoom === undefined ? lines : [...lines, '', ...perRoom.map(({ room, envelopes, bytes, epochs, blobs, blobBytes, lastBy }) => `${room}  ${envelopes} envelopes, ${sayBytes(bytes)}, ${epochs} epochs, ${blobs} attachments, ${sayBytes(blobBytes)}, last by ${lastBy?.slice(0, 10) ?? 'unknown'}`)];
}
