/** A person with a browser of their own: drives the built app as its users do, by what they see and hear. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

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

  #listen(page: Page): void {
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      // A socket that cannot connect is the browser's own remark on what the test did to the network.
      if (message.type() === 'error' && !/WebSocket|ERR_|Failed to load resource/.test(message.text())) this.problems.push(message.text());
    });
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
