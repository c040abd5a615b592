/** One icon a file, so that only those which are drawn are shipped; the package types its index alone. */
declare module 'lucide/dist/esm/icons/*.mjs' {
  const icon: readonly (readonly [tag: string, attributes: Readonly<Record<string, string | number>>])[];
  // oxlint-disable-next-line import/no-default-export -- the package's own shape
  export default icon;
}
