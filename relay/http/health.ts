/**
 * How the relay is, for load balancers, containers and alarms.
 *
 * `/healthz` answers 200 while what is sent is stored, and 503 with the reason where it is not (a full disk, say): for alarms. A restart
 * mends no disk, and what is stored is still read and delivered meanwhile.
 * `/readyz` answers 200 while connections are taken, and 503 while it starts or goes away: for whatever sends traffic here.
 */
import type { HealthFacts } from '../health.ts';

export type Phase = 'starting' | 'serving' | 'draining';

export interface StatusAnswer {
  readonly status: 200 | 503;
  readonly body: HealthFacts | { readonly status: Phase };
}

export class Status {
  phase: Phase = 'starting';
  /** What became of the last write to the store, once there is one. */
  facts: () => HealthFacts = () => ({ status: 'ok' });

  health(): StatusAnswer {
    const body = this.facts();
    return { status: body.status === 'ok' ? 200 : 503, body };
  }

  readiness(): StatusAnswer {
    return { status: this.phase === 'serving' ? 200 : 503, body: { status: this.phase } };
  }
}
