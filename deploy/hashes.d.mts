/** Where the list lies, within the app. */
export const LIST: string;
/** Writes the list; answers its SHA-256, in hex. */
export function writeHashes(app: string): string;
