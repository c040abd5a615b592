import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { icon } from './icon.ts';
import { base, buttons } from './styles.ts';

const words = { get close() { return msg('Close'); } } as const;

/**
 * A modal dialog: on a phone it rises from the bottom edge, on a wide screen it stands in the middle.
 * It is open while it is in the document; fires `close` when the person is done with it.
 */
@customElement('sotto-sheet')
export class SottoSheet extends LitElement {
  @property() label = '';
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  static override styles = [base, buttons, css`
    dialog {
      position: fixed; inset: auto 0 0 0; margin: 0 auto; inline-size: 100%; max-inline-size: 520px; max-block-size: calc(100dvh - 24px - var(--safe-top)); padding: 0; border: 0; overflow: auto; overscroll-behavior: contain;
      border-radius: 26px 26px 0 0; background: var(--raised); color: var(--ink); box-shadow: var(--shadow); font: 400 var(--text-l) / var(--line) var(--font);
      /* What is sunk or pressed here is so against a raised surface. */
      --well: light-dark(oklch(94.4% 0.007 95), oklch(29% 0.02 280)); --pressed: light-dark(oklch(92% 0.01 95), oklch(33% 0.022 280));
      opacity: 1; transform: none; transition: transform var(--calm) var(--ease), opacity var(--calm) var(--ease);
    }
    dialog::backdrop { background: var(--scrim); transition: opacity var(--calm) var(--ease); }
    @starting-style {
      dialog[open] { transform: translateY(40px); opacity: 0; }
      dialog[open]::backdrop { opacity: 0; }
    }
    .head { position: sticky; inset-block-start: 0; z-index: 1; display: flex; align-items: center; gap: 12px; padding: 14px 12px 6px 24px; background: inherit; }
    :host(:dir(rtl)) .head { padding: 14px 24px 6px 12px; }
    h2 { flex: 1; min-inline-size: 0; font-size: var(--text-xl); font-weight: 650; line-height: var(--line-tight); letter-spacing: -0.012em; }
    h2:focus-visible { outline: none; }
    .body { padding: 6px 24px calc(24px + var(--safe-bottom)); }
    @media (min-width: 600px) {
      dialog { inset: 0; margin: auto; block-size: fit-content; max-inline-size: 440px; border-radius: 26px; }
      @starting-style { dialog[open] { transform: translateY(12px) scale(0.98); opacity: 0; } }
    }
  `];

  close(): void {
    this.dialog.close();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
    // What is slotted is not in the dialog's own tree, so it is not found by itself.
    this.querySelector<HTMLElement>('[autofocus]')?.focus();
  }

  /** Taken out of the document while it stands: what had the focus before has it again. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.dialog.open) this.dialog.close();
  }

  protected override render() {
    return html`
      <dialog aria-labelledby="title" @close=${this.#closed} @click=${this.#click}>
        <div class="head"><h2 id="title" tabindex="-1" autofocus>${this.label}</h2><button class="round" type="button" aria-label=${words.close} title=${words.close} @click=${() => { this.close(); }}>${icon('close')}</button></div>
        <div class="body"><slot></slot></div>
      </dialog>`;
  }

  readonly #closed = (): void => {
    if (!this.isConnected) return;
    this.dispatchEvent(new CustomEvent('close'));
  };

  /** Beside the sheet, on the shade behind it. */
  readonly #click = (event: MouseEvent): void => {
    if (event.target !== this.dialog) return;
    const box = this.dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) this.close();
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-sheet': SottoSheet }
}
