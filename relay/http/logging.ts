/** Logs say what the relay does, never for whom: no payload, room id, address or path is ever handed to them. */
import { destination, pino } from 'pino';
import type { FastifyBaseLogger } from 'fastify';

/** Stdout is for the two lines that a person reads. */
const STDERR = 2;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function logger(level: LogLevel, stream?: { write(line: string): void }): FastifyBaseLogger {
  const options = {
    level,
    // Fastify would log a request with its address and path, and an error with whatever it quotes.
    serializers: {
      req: () => undefined,
      res: () => undefined,
      err: (error: Error & { readonly code?: string }) => ({ type: error.name, code: error.code ?? '' }),
    },
  };
  return pino(options, stream ?? destination(STDERR));
}
