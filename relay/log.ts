/** What is logged, and where to. No payload, room id or address is ever put into it. */
export interface RelayLog {
  info(message: string): void;
  info(facts: Readonly<Record<string, string | number>>, message: string): void;
  error(facts: Readonly<Record<string, string | number>>, message: string): void;
}

export const silentLog: RelayLog = { info: () => undefined, error: () => undefined };

/** Names the fault without what it was about: messages may carry values. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  const code = 'code' in error ? String(error.code) : error.name;
  return cause instanceof Error && 'code' in cause ? `${code} (${String(cause.code)})` : code;
}
