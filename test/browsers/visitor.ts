/** A person in whichever browser: by what stands on the screen, found through shadow roots by what it is called. */
import { FEATURES, type Feature, type Window } from './window.ts';

/** Looks at each frame until `look` answers something, twenty seconds at most. */
const IN_PAGE = `
const all = (root, found = []) => { for (const one of root.querySelectorAll('*')) { found.push(one); if (one.shadowRoot) all(one.shadowRoot, found); } return found; };
const shown = (one) => one.checkVisibility ? one.checkVisibility() : one.getClientRects().length > 0;
const named = (one) => (one.getAttribute('aria-label') ?? (one.labels?.[0]?.textContent) ?? one.textContent ?? '').trim().replace(/\\s+/g, ' ');
const find = (selector, name) => all(document).find((one) => one.matches(selector) && shown(one) && (name === undefined || named(one) === name || (name.endsWith('*') && named(one).startsWith(name.slice(0, -1)))));
const until = async (what, look) => { for (const end = Date.now() + 20000; Date.now() < end;) { const seen = look(); if (seen) return seen; await new Promise((next) => { setTimeout(next, 16); }); } throw new Error('never: ' + what); };
`;

export class Visitor {
  readonly name: string;
  readonly #window: Window;

  constructor(name: string, window: Window) {
    this.name = name;
    this.#window = window;
  }

  goto(url: string): Promise<void> {
    return this.#window.goto(url);
  }

  close(): Promise<void> {
    return this.#window.close();
  }

  #do(body: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#window.run(IN_PAGE + body, ...args);
  }

  /** `name` may end in `*`. */
  async click(selector: string, name: string): Promise<void> {
    await this.#do('const one = await until(args.join(" "), () => { const found = find(...args); return found && !found.disabled ? found : undefined; }); one.click();', selector, name);
  }

  async fill(name: string, text: string): Promise<void> {
    await this.#do(`
      const [name, text] = args;
      const field = await until('a field ' + name, () => find('input, textarea', name));
      field.focus();
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));`, name, text);
  }

  async sees(text: string): Promise<void> {
    await this.#do('await until("the text " + args[0], () => all(document).some((one) => one.matches(".text, h1, h2, p, bdi, span") && shown(one) && one.textContent.includes(args[0])));', text);
  }

  async seesStatus(text: string, status: string): Promise<void> {
    await this.#do('await until(args.join(": "), () => all(document).find((one) => one.localName === "sotto-message-group" && all(one.shadowRoot).some((part) => part.matches(".text") && part.textContent.includes(args[0])) && all(one.shadowRoot).some((part) => part.getAttribute("role") === "img" && part.getAttribute("aria-label") === args[1])));', text, status);
  }

  async introduce(): Promise<void> {
    await this.fill('Your name', this.name);
    await this.click('button', 'Continue');
  }

  async startRoom(name: string): Promise<void> {
    await this.click('button', 'Start a room');
    await this.fill('Name of the room', name);
    await this.click('button', 'Start the room');
    await this.#do('await until("the composer", () => find("textarea", "Message to*"));');
  }

  async invite(): Promise<string> {
    await this.click('button', 'Invite people');
    const link = await this.#do('return (await until("a link", () => { const field = find("input", "Invite link"); return field?.value ? field : undefined; })).value;');
    await this.click('button', 'Close');
    return String(link);
  }

  async say(text: string): Promise<void> {
    await this.fill('Message to*', text);
    await this.click('button', 'Send');
    await this.sees(text);
  }

  async openRoom(name: string): Promise<void> {
    await this.#do('(await until("the room " + args[0], () => all(document).find((one) => one.matches("a[data-room]") && shown(one) && all(one).some((part) => part.textContent.includes(args[0]))))).click();', name);
    await this.#do('await until("the composer", () => find("textarea", "Message to*"));');
  }

  /** Resolves when this page is served from the device. */
  async keepsApp(): Promise<void> {
    await this.#do('await until("the app is kept", () => navigator.serviceWorker.controller !== null);');
  }

  async conversation(): Promise<readonly string[]> {
    return (await this.#do('return all(document).filter((one) => one.matches(".bubble .text")).map((one) => [...one.childNodes].filter((part) => part.nodeType === Node.TEXT_NODE || (part instanceof Element && !part.classList.contains("meta"))).map((part) => part.textContent).join("").trim());')) as readonly string[];
  }

  /** Of {@link FEATURES}, those that this browser has. */
  async features(): Promise<readonly Feature[]> {
    const has = (await this.#do(`return { ${Object.entries(FEATURES).map(([name, test]) => `${JSON.stringify(name)}: ${test}`).join(', ')} };`)) as Readonly<Record<Feature, boolean>>;
    return (Object.keys(has) as Feature[]).filter((name) => has[name]);
  }
}
