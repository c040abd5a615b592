/** Our extensions, in the private-use range (RFC 9420 §17.3). Their data is opaque to this folder. */
export const EXTENSIONS = {
  /** GroupContext: what the room is, how it looks, where it is. */
  room: 0xf501,
  /** GroupContext: the standing invites, and the knocks that were refused. */
  invites: 0xf502,
  /** GroupContext: who may what, and who is banned. */
  roles: 0xf503,
  /** Leaf: how a member wishes to be called. */
  profile: 0xf511,
  /** Leaf: by which invite a member came, with which role, and when. */
  joinedBy: 0xf512,
  /** Leaf: by which keys a member whose state is lost comes back. */
  returnKey: 0xf513,
  /** GroupInfo: the public key that external commits are sealed to. */
  joinKey: 0xf521,
} as const;

export type ExtensionName = keyof typeof EXTENSIONS;

export interface Extension {
  readonly name: ExtensionName;
  readonly data: Uint8Array;
}

/** What every leaf declares that it understands. */
export const EXTENSION_TYPES: readonly number[] = Object.values(EXTENSIONS);

interface LibraryExtension {
  readonly extensionType: number | string;
  readonly extensionData: Uint8Array;
}

export const toLibrary = ({ name, data }: Extension): { extensionType: number; extensionData: Uint8Array } => ({ extensionType: EXTENSIONS[name], extensionData: data });

/** Ours alone; the library's own and unknown ones are left out. */
export function fromLibrary(extensions: readonly LibraryExtension[]): readonly Extension[] {
  return extensions.flatMap(({ extensionType, extensionData }) => {
    const name = (Object.keys(EXTENSIONS) as ExtensionName[]).find((candidate) => EXTENSIONS[candidate] === extensionType);
    return name === undefined ? [] : [{ name, data: extensionData }];
  });
}

export const extensionData = (extensions: readonly Extension[], name: ExtensionName): Uint8Array | undefined =>
  extensions.find((extension) => extension.name === name)?.data;
