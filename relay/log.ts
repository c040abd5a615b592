/** What is logged, and where to. No payload, room id or address is ever put into it. */
export interface RelayLog {
  info(message: string): void;
  info(facts: Readonly<Record<string, string | number>>, message: string): void;
  error(facts: Readonly<Record<string, string | number>>, message: string): void;
}

export const silentLog: RelayLog = { info: () => undefined, error: () => undefined };
