import { msg } from '@lit/localize';
import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { MessageStatus } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { icon } from './icon.ts';

const words = {
  get queued() { return msg('Waiting to be sent'); },
  get sent() { return msg('Sent'); },
  get received() { return msg('Received'); },
  get read() { return msg('Read'); },
} as const;

export const statusWords = (status: MessageStatus): string => words[status];

/** A clock while queued, one tick when the relay has it, two when a device has it, set off when somebody has read it. */
export function statusMark(status: MessageStatus): TemplateResult {
  return html`<span class="status" role="img" aria-label=${words[status]} title=${words[status]}>${mark(status)}</span>`;
}

function mark(status: MessageStatus): TemplateResult {
  switch (status) {
    case 'queued':
      return icon('clock', 13);
    case 'sent':
      return icon('check', 15);
    case 'received':
      return icon('ticks', 15);
    case 'read':
      return html`<span class="read">${icon('ticks', 15)}</span>`;
    default:
      return assertNever(status);
  }
}
