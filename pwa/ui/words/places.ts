import { msg, str } from '@lit/localize';
import { spoken } from './spoken.ts';

const words = {
  north: (degrees: string) => msg(str`${degrees}° N`),
  south: (degrees: string) => msg(str`${degrees}° S`),
  east: (degrees: string) => msg(str`${degrees}° E`),
  west: (degrees: string) => msg(str`${degrees}° W`),
} as const;

const degrees = (value: number, digits: number): string => new Intl.NumberFormat(spoken(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(value));

/** 47.269° N */
export const parallelName = (latitude: number, digits: number): string => (latitude < 0 ? words.south : words.north)(degrees(latitude, digits));
/** 9.401° E */
export const meridianName = (longitude: number, digits: number): string => (longitude < 0 ? words.west : words.east)(degrees(longitude, digits));

/** As maps take it: "47.26913, 9.40088", about a metre. */
export const coordinates = (latitude: number, longitude: number): string => `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;

/** "20 m", "1.5 km" */
export function distance(metres: number): string {
  const far = metres >= 1000;
  return new Intl.NumberFormat(spoken(), { style: 'unit', unit: far ? 'kilometer' : 'meter', maximumFractionDigits: far ? 1 : 0 }).format(far ? metres / 1000 : metres);
}
