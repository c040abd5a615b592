import { html } from 'lit';

/** The code of the app, by one hash over all its files. */
export interface AppCode {
  /** 64 hex digits. */
  readonly root: string;
  /** Files that are not what the list of hashes says. */
  readonly altered: readonly string[];
}

/** In groups of eight, to be compared by eye; read out and copied as one. */
export const codeHash = (code: AppCode) => html`<code class="exact" dir="ltr">${(code.root.match(/.{8}/g) ?? []).map((group) => html`<span>${group}</span> `)}</code>`;

/** Its beginning: enough to tell two versions apart, not to compare them. */
export const shortHash = (code: AppCode): string => code.root.slice(0, 8);
