/** A person with a browser of their own: drives the built app as its users do, by what they see and hear. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type CDPSession, type Locator, type Page, type Worker } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export class Person {
  readonly name: string;
  readonly problems: string[] = [];
  page!: Page;
  #context!: BrowserContext;
  readonly #profile = mkdtempSync(join(tmpdir(), 'sotto-person-'));
  readonly #origin: string;

  private constructor(name: string, origin: string) {
    this.name = name;
    this.#origin = origin;
  }

  /** Opens the app for the first time. */
  static async arrive(name: string, origin: string): Promise<Person> {
    const person = new Person(name, origin);
    await person.openBrowser();
    await person.page.goto(origin);
    return person;
  }

  /** The same profile, as after a restart of the phone. */
  async openBrowser(): Promise<void> {
    const { SOTTO_CHROMIUM } = process.env;
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      ...(SOTTO_CHROMIUM === undefined ? {} : { executablePath: SOTTO_CHROMIUM }),
      args: FLAGS, viewport: { width: 390, height: 844 }, permissions: ['clipboard-read', 'clipboard-write'], locale: 'en-GB',
    });
    // What takes longer than this has failed.
    this.#context.setDefaultTimeout(20_000);
    this.page = this.#context.pages()[0] ?? (await this.#context.newPage());
    this.#listen(this.page);
  }

  /** A second tab of the same browser. */
  async newTab(): Promise<Page> {
    const page = await this.#context.newPage();
    this.#listen(page);
    await page.goto(this.#origin);
    return page;
  }

  /** Ends a tab's renderer, as the system does when memory is short. Resolves with the tabs that are gone: others may have shared it. */
  async crashTab(page: Page): Promise<readonly Page[]> {
    const gone: Page[] = [];
    for (const one of this.#context.pages()) one.once('crash', () => gone.push(one));
    const crashed = page.waitForEvent('crash');
    const session = await this.#context.newCDPSession(page);
    session.send('Page.crash').catch(() => undefined); // no answer comes from the dead
    await crashed;
    return gone;
  }

  #listen(page: Page): void {
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      // A socket that cannot connect is the browser's own remark on what the test did to the network.
      if (message.type() === 'error' && !/WebSocket|ERR_|Failed to load resource/.test(message.text())) this.problems.push(message.text());
    });
  }

  /** First run. */
  async introduce(): Promise<void> {
    await this.page.getByLabel('Your name').fill(this.name);
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  /** Resolves when the browser keeps the whole app, and this page is served from there. */
  async keepsApp(): Promise<void> {
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  }

  async startRoom(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Start a room' }).click();
    await this.page.getByLabel('Name of the room').fill(name);
    await this.page.getByRole('button', { name: 'Start the room' }).click();
    await this.composer.waitFor();
  }

  /** Makes an invite and reads its link, as one would to pass it on. */
  async makeInvite(): Promise<string> {
    await this.page.getByRole('button', { name: 'Invite people' }).first().click();
    const link = await this.page.getByRole('textbox', { name: 'Invite link' }).inputValue();
    await this.page.keyboard.press('Escape');
    return link;
  }

  /** On the screen that an invite link opens. */
  async acceptInvite(): Promise<void> {
    await this.page.getByRole('button', { name: 'Join the room' }).click();
    await this.composer.waitFor();
  }

  async openRoom(name: string, on: Page = this.page): Promise<void> {
    await on.locator('sotto-room-list a', { hasText: name }).click();
    await on.getByRole('textbox', { name: /^Message to/ }).waitFor();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message to/ });
  }

  /** Types and sends; resolves when the composer has cleared, which is when the message is stored. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
    await this.page.getByRole('button', { name: 'Send', exact: true }).waitFor({ state: 'detached' });
  }

  /** Resolves when the message is on screen. */
  async sees(text: string, on: Page = this.page): Promise<void> {
    await on.locator('sotto-message-group .text', { hasText: text }).first().waitFor();
  }

  /** Resolves when the message's mark says so, such as "Sent": its own, or that of the last of its group. What was read was received. */
  async seesStatus(text: string, status: 'Waiting to be sent' | 'Sent' | 'Received' | 'Read'): Promise<void> {
    const name = status === 'Received' ? /^(Received|Read)$/ : status;
    await this.page.locator('sotto-message-group', { hasText: text }).getByRole('img', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).first().waitFor();
  }

  bubble(text: string, on: Page = this.page): Locator {
    return on.locator('sotto-message-group .bubble', { hasText: text }).first();
  }

  /** Opens the menu beside a message and chooses. */
  async choose(text: string, choice: string): Promise<void> {
    await this.bubble(text).click({ button: 'right', position: { x: 14, y: 10 } });
    await this.page.getByRole('menu').getByText(choice, { exact: true }).click();
  }

  /** Every message of the open room, oldest first. */
  async conversation(): Promise<string[]> {
    return this.page.locator('sotto-message-group .text').evaluateAll((texts) =>
      texts.map((text) => [...text.childNodes].filter((node) => node.nodeType !== Node.COMMENT_NODE && !(node instanceof Element && node.classList.contains('meta'))).map((node) => node.textContent ?? '').join('').trim()),
    );
  }

  /** Ends the page's renderer, and so its worker, with whatever they are doing. */
  async crashRenderer(): Promise<void> {
    const crashed = this.page.waitForEvent('crash');
    const session = await this.#context.newCDPSession(this.page);
    session.send('Page.crash').catch(() => undefined); // no answer comes from the dead
    await crashed;
  }

  /** After a crash: the tab is opened again. */
  async reopen(): Promise<void> {
    const crashed = this.page;
    this.page = await this.newTab();
    await crashed.close();
  }

  /** Chromium's own protocol, to this page. */
  devtools(): Promise<CDPSession> {
    return this.#context.newCDPSession(this.page);
  }

  /** As if the browser had asked and the person had agreed. */
  async allowNotifications(): Promise<void> {
    await this.#context.grantPermissions(['notifications'], { origin: new URL(this.page.url()).origin });
  }

  /** Before a page's own scripts, in every page from now on. */
  async prepare(script: string): Promise<void> {
    await this.#context.addInitScript({ content: script });
  }

  /** The service worker that is at work. */
  get worker(): Worker {
    const worker = this.#context.serviceWorkers().find((one) => one.url().endsWith('/sw.js'));
    if (worker === undefined) throw new Error('there is no service worker');
    return worker;
  }

  /** No page of the app is open in this browser any more; the service worker is. */
  async putAway(): Promise<void> {
    await this.page.goto('about:blank');
  }

  /** A platform authenticator that has secrets to give, and whose person agrees. */
  async addAuthenticator(): Promise<void> {
    const session = await this.#context.newCDPSession(this.page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', { options: {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, hasPrf: true, automaticPresenceSimulation: true, isUserVerified: true,
    } });
  }

  async goOffline(): Promise<void> {
    await this.#context.setOffline(true);
  }

  async goOnline(): Promise<void> {
    await this.#context.setOffline(false);
  }

  /** Ends every process of this browser at once, as a crash does. */
  async crash(): Promise<void> {
    await this.closeBrowser();
  }

  async closeBrowser(): Promise<void> {
    await this.#context.close();
  }

  /** Nothing the browser calls an error happened on any of this person's pages. */
  assertCalm(): void {
    assert.deepEqual(this.problems, [], `${this.name}'s browser reported errors`);
  }

  async leave(): Promise<void> {
    await this.#context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
