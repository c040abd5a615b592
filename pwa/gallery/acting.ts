/** What a person does in a gallery state. */
import type { SottoApp } from '../ui/views/sotto-app.ts';

/** The first element of a kind, through shadow roots; waits until it is there, and its element defined. */
export async function found<T extends Element>(root: ParentNode, ...path: readonly string[]): Promise<T> {
  let at: ParentNode = root;
  let last: Element | null = null;
  for (const selector of path) {
    last = await appears(at, selector);
    at = last;
  }
  if (last === null) throw new Error('The path is empty.');
  return last as T;
}

/** Looks every few milliseconds, for four seconds at most: a part that is fetched when first wanted takes a moment. */
async function appears(root: ParentNode, selector: string): Promise<Element> {
  for (let turn = 0; turn < 500; turn += 1) {
    const element = (root instanceof Element ? root.shadowRoot ?? root : root).querySelector(selector);
    if (element !== null) return element;
    await new Promise((resolve) => { setTimeout(resolve, 8); });
  }
  throw new Error(`${selector} did not appear.`);
}

export const click = async (app: SottoApp, ...path: readonly string[]): Promise<void> => {
  (await found<HTMLElement>(shadow(app), ...path)).click();
};
export const shadow = (app: SottoApp): ParentNode => app.shadowRoot ?? app;

export const compose = async (app: SottoApp, text: string): Promise<HTMLTextAreaElement> => {
  const field = await found<HTMLTextAreaElement>(shadow(app), 'sotto-room', 'sotto-composer', 'textarea');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  return field;
};
